//! Reading append-only files of one JSON object a line, whole or as they grow.
//!
//! A torn last line (no newline at its end) is what a crash leaves behind: it is dropped and said.
//! Anything else that cannot be read is an error that names file and line; the file is never changed.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::marker::PhantomData;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

/// A line's place in its file: `seq` counts from 1 without holes.
pub trait Sequenced {
    fn seq(&self) -> u64;
}

impl Sequenced for crate::domain::fact::Event {
    fn seq(&self) -> u64 {
        self.seq
    }
}

impl Sequenced for crate::domain::review::DecisionEvent {
    fn seq(&self) -> u64 {
        self.seq
    }
}

/// What stands in the way of reading such a file.
#[derive(Debug, thiserror::Error)]
pub enum LinesError {
    #[error("cannot read {}: {source}", path.display())]
    Io { path: PathBuf, source: io::Error },
    #[error("{}, line {line}: {what}; the file is left as it is: repair or remove that line", path.display())]
    Line {
        path: PathBuf,
        line: u64,
        what: String,
    },
}

/// All complete lines of a file, and whether a torn one was dropped at its end.
#[derive(Debug)]
pub struct Lines<T> {
    pub items: Vec<T>,
    /// Bytes up to the end of the last complete line.
    pub complete: u64,
    pub torn: bool,
}

/// Reads a whole file; a file that does not exist has no lines.
///
/// # Errors
/// [`LinesError`] when it cannot be read, a line is not what it should be, or `seq` has a hole.
pub fn read<T: DeserializeOwned + Sequenced>(path: &Path) -> Result<Lines<T>, LinesError> {
    let mut tail = Tail::new(path);
    let items = tail.poll()?;
    Ok(Lines {
        items,
        complete: tail.offset,
        torn: tail.torn,
    })
}

/// Follows a file as another process appends to it.
#[derive(Debug)]
pub struct Tail<T> {
    path: PathBuf,
    offset: u64,
    read: u64,
    torn: bool,
    marker: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned + Sequenced> Tail<T> {
    /// Follows `path` from its start; it need not exist yet.
    #[must_use]
    pub fn new(path: &Path) -> Self {
        Tail {
            path: path.into(),
            offset: 0,
            read: 0,
            torn: false,
            marker: PhantomData,
        }
    }

    /// The complete lines since the last call.
    ///
    /// # Errors
    /// As [`read`]; the tail then stays where it was.
    pub fn poll(&mut self) -> Result<Vec<T>, LinesError> {
        let io_error = |source| LinesError::Io {
            path: self.path.clone(),
            source,
        };
        let mut file = match File::open(&self.path) {
            Ok(file) => file,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(e) => return Err(io_error(e)),
        };
        file.seek(SeekFrom::Start(self.offset)).map_err(io_error)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(io_error)?;
        let complete = bytes.iter().rposition(|&b| b == b'\n').map_or(0, |i| i + 1);
        let mut items = Vec::new();
        for line in bytes[..complete].split_inclusive(|&b| b == b'\n') {
            let number = self.read + items.len() as u64 + 1;
            let item: T =
                serde_json::from_slice(line).map_err(|e| self.bad(number, e.to_string()))?;
            if item.seq() != number {
                return Err(self.bad(
                    number,
                    format!("has seq {} where {number} belongs", item.seq()),
                ));
            }
            items.push(item);
        }
        self.torn = complete < bytes.len();
        self.offset += complete as u64;
        self.read += items.len() as u64;
        Ok(items)
    }

    fn bad(&self, line: u64, what: String) -> LinesError {
        LinesError::Line {
            path: self.path.clone(),
            line,
            what,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fact::{Event, Fact};

    fn line(seq: u64) -> String {
        let fact = Fact::Warning {
            text: "w".into(),
            about: None,
        };
        serde_json::to_string(&Event::new(seq, "2026-01-01T00:00:00Z".into(), fact)).unwrap() + "\n"
    }

    fn file(text: &str) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("events.jsonl");
        std::fs::write(&path, text).unwrap();
        (folder, path)
    }

    #[test]
    fn a_torn_last_line_is_dropped_and_said() {
        let (_folder, path) = file(&(line(1) + &line(2)[..20]));
        let lines = read::<Event>(&path).unwrap();
        assert_eq!((lines.items.len(), lines.torn), (1, true));
        assert_eq!(lines.complete, line(1).len() as u64);
    }

    #[test]
    fn a_foreign_line_in_the_middle_is_an_error_with_its_number() {
        let (_folder, path) = file(&(line(1) + "{\"hello\":1}\n" + &line(3)));
        let error = read::<Event>(&path).unwrap_err().to_string();
        assert!(error.contains("events.jsonl, line 2"), "{error}");
    }

    #[test]
    fn a_hole_in_the_sequence_is_an_error() {
        let (_folder, path) = file(&(line(1) + &line(3)));
        assert!(
            read::<Event>(&path)
                .unwrap_err()
                .to_string()
                .contains("seq 3 where 2 belongs")
        );
    }

    #[test]
    fn a_tail_gives_each_line_once_and_waits_for_the_rest_of_a_line() {
        let (_folder, path) = file(&line(1));
        let mut tail = Tail::<Event>::new(&path);
        assert_eq!(tail.poll().unwrap().len(), 1);
        let second = line(2);
        std::fs::write(&path, line(1) + &second[..10]).unwrap();
        assert!(tail.poll().unwrap().is_empty());
        std::fs::write(&path, line(1) + &second).unwrap();
        assert_eq!(tail.poll().unwrap()[0].seq, 2);
        assert!(tail.poll().unwrap().is_empty());
    }
}
