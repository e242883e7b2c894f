//! The journal of a run: `events.jsonl`, appended by the run's one supervisor.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::domain::fact::{Event, Fact};

use super::clock::Clock;
use super::jsonl::{self, LinesError};

/// What stands in the way of a journal.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    #[error("cannot write {}: {source}; the run stops here, what is in the journal stays", path.display())]
    Write { path: PathBuf, source: io::Error },
    #[error(transparent)]
    Read(#[from] LinesError),
}

/// The open journal of a run.
pub struct Journal {
    path: PathBuf,
    file: File,
    next: u64,
    clock: Clock,
}

impl Journal {
    /// Opens the journal at `path` for appending, making it when it is missing. Gives the events
    /// already there; a torn last line is cut off.
    ///
    /// # Errors
    /// [`JournalError`] when it cannot be read or written.
    pub fn open(path: &Path, clock: Clock) -> Result<(Self, Vec<Event>), JournalError> {
        let lines = jsonl::read::<Event>(path)?;
        let error = |source| JournalError::Write {
            path: path.into(),
            source,
        };
        let file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(path)
            .map_err(error)?;
        if lines.torn {
            file.set_len(lines.complete).map_err(error)?;
        }
        let next = lines.items.len() as u64 + 1;
        Ok((
            Journal {
                path: path.into(),
                file,
                next,
                clock,
            },
            lines.items,
        ))
    }

    /// Appends a fact and gives the event as written. Facts that others rely on (a judged test, a
    /// module's or the run's end) are on the disk when this returns; progress is not waited for.
    ///
    /// # Errors
    /// [`JournalError::Write`], a full disk for example.
    pub fn append(&mut self, fact: Fact) -> Result<Event, JournalError> {
        let lasting = match fact {
            Fact::NodeProgress { .. } | Fact::NodeAdded { .. } | Fact::NodeMoved { .. } => false,
            Fact::RunStarted { .. }
            | Fact::CandidateJudged { .. }
            | Fact::ModuleEnded { .. }
            | Fact::Warning { .. }
            | Fact::Resumed { .. }
            | Fact::RunEnded { .. } => true,
        };
        let event = Event::new(self.next, (self.clock)(), fact);
        let error = |source| JournalError::Write {
            path: self.path.clone(),
            source,
        };
        let mut line = serde_json::to_vec(&event).map_err(|e| error(e.into()))?;
        line.push(b'\n');
        self.file.write_all(&line).map_err(error)?;
        if lasting {
            self.file.sync_data().map_err(error)?;
        }
        self.next += 1;
        Ok(event)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    fn warning(text: &str) -> Fact {
        Fact::Warning {
            text: text.into(),
            about: None,
        }
    }

    #[test]
    fn a_reopened_journal_goes_on_after_a_torn_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("events.jsonl");
        let clock: Clock = Arc::new(|| "2026-01-01T00:00:00Z".into());
        let (mut journal, events) = Journal::open(&path, clock.clone()).unwrap();
        assert!(events.is_empty());
        journal.append(warning("one")).unwrap();
        drop(journal);
        let mut torn = std::fs::read(&path).unwrap();
        torn.extend_from_slice(b"{\"v\":1,\"seq\":2,");
        std::fs::write(&path, torn).unwrap();
        let (mut journal, events) = Journal::open(&path, clock).unwrap();
        assert_eq!(events.len(), 1);
        assert_eq!(journal.append(warning("two")).unwrap().seq, 2);
        assert_eq!(jsonl::read::<Event>(&path).unwrap().items.len(), 2);
    }
}
