//! The log of decisions: appending under a short lock, settling what a crash left open, writing and
//! undoing file changes so that the journal and the files never disagree.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::domain::candidate::{CandidateId, Decision};
use crate::domain::fact::VERSION;
use crate::domain::review::{Act, Change, Conflict, DecisionEvent, Decisions, Then};

use super::atomic;
use super::clock::Clock;
use super::jsonl::{self, LinesError};
use super::store::SessionFolder;

/// Why a decision was not taken. Nothing has changed then, on disk or in the log.
#[derive(Debug, thiserror::Error)]
pub enum DecisionError {
    #[error(transparent)]
    Conflict(#[from] Conflict),
    #[error(transparent)]
    Lines(#[from] LinesError),
    #[error("cannot {doing} {}: {source}", path.display())]
    Io {
        doing: &'static str,
        path: PathBuf,
        source: io::Error,
    },
    #[error("{file} has changed since {since}; nothing was written: look at it and generate again")]
    Changed { file: String, since: &'static str },
    #[error("there is no decision to take back in this session")]
    NothingToUndo,
    #[error(
        "a crash left {file} in a state that is neither the old nor the new one; the old bytes are in {}: put the file right by hand",
        snapshot.display()
    )]
    Unsettled { file: String, snapshot: PathBuf },
}

/// A file as it will be written: what it must be now, and what it becomes.
#[derive(Debug, Clone)]
pub struct Rewrite {
    /// Relative to the project, with `/`.
    pub file: String,
    /// Hash of the bytes the new ones were made from; none when the file was absent.
    pub from: Option<String>,
    pub bytes: Vec<u8>,
}

/// The decisions of one session, open for appending. Holds the log's lock while it lives: keep it
/// short.
pub struct DecisionLog<'a> {
    session: &'a SessionFolder,
    file: File,
    /// The fold of all lines.
    pub decisions: Decisions,
    clock: Clock,
    by: &'static str,
}

/// blake3 of a file's bytes, hexadecimal; none when there is no such file.
///
/// # Errors
/// The file system's, other than that the file is absent.
pub fn hash_file(path: &Path) -> io::Result<Option<String>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(hash(&bytes))),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(e),
    }
}

/// blake3 of bytes, hexadecimal.
#[must_use]
pub fn hash(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex().to_string()
}

impl<'a> DecisionLog<'a> {
    /// Locks and reads the log and settles what a crash left open. `by` is `person` or `policy`.
    ///
    /// # Errors
    /// [`DecisionError`] when it cannot be read, or a crash left a file that is neither old nor new.
    pub fn open(
        session: &'a SessionFolder,
        by: &'static str,
        clock: Clock,
    ) -> Result<Self, DecisionError> {
        let path = session.decisions_path();
        let io = |doing| {
            let path = path.clone();
            move |source| DecisionError::Io {
                doing,
                path,
                source,
            }
        };
        let file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&path)
            .map_err(io("open"))?;
        file.lock().map_err(io("lock"))?;
        let lines = jsonl::read::<DecisionEvent>(&path)?;
        if lines.torn {
            file.set_len(lines.complete).map_err(io("repair"))?;
        }
        let mut decisions = Decisions::default();
        for event in &lines.items {
            decisions.apply(event);
        }
        let mut log = DecisionLog {
            session,
            file,
            decisions,
            clock,
            by,
        };
        log.settle()?;
        Ok(log)
    }

    /// Records a decision that writes no file: reject, skip.
    ///
    /// # Errors
    /// [`DecisionError::Conflict`] when one of them was decided otherwise.
    pub fn decide(
        &mut self,
        candidates: &[CandidateId],
        decision: Decision,
        reason: Option<String>,
    ) -> Result<(), DecisionError> {
        self.decisions.may_decide(candidates)?;
        self.append(Act::Decided {
            candidates: candidates.to_vec(),
            decision,
            reason,
            intent: None,
        })?;
        Ok(())
    }

    /// Accepts tests by writing the file they go into. A crash at any point leaves the file old or
    /// new and the log able to tell which.
    ///
    /// # Errors
    /// [`DecisionError`]; the file is then as it was.
    pub fn accept(
        &mut self,
        candidates: &[CandidateId],
        rewrite: &Rewrite,
    ) -> Result<(), DecisionError> {
        self.decisions.may_decide(candidates)?;
        let path = self.session.project.join(&rewrite.file);
        let change = self.announce(rewrite, &path)?;
        let then = Then::Accept {
            candidates: candidates.to_vec(),
        };
        let intent = self.append(Act::Intent { change, then })?;
        if let Err(source) = atomic::write(&path, &rewrite.bytes) {
            self.append(Act::Abandoned { of: intent })?;
            return Err(DecisionError::Io {
                doing: "write",
                path,
                source,
            });
        }
        self.append(Act::Decided {
            candidates: candidates.to_vec(),
            decision: Decision::Accepted,
            reason: None,
            intent: Some(intent),
        })?;
        Ok(())
    }

    /// Takes back the last decision in force and puts the exact old bytes back.
    ///
    /// # Errors
    /// [`DecisionError::Changed`] when the file was changed by somebody else since;
    /// [`DecisionError::NothingToUndo`].
    pub fn undo(&mut self) -> Result<(Vec<CandidateId>, Option<String>), DecisionError> {
        let Some(last) = self.decisions.in_force().last().cloned() else {
            return Err(DecisionError::NothingToUndo);
        };
        let Some(done) = last.change else {
            self.append(Act::Undone {
                of: last.seq,
                intent: None,
            })?;
            return Ok((last.candidates, None));
        };
        let path = self.session.project.join(&done.file);
        let now = hash_file(&path).map_err(|source| DecisionError::Io {
            doing: "read",
            path: path.clone(),
            source,
        })?;
        if now != done.after {
            return Err(DecisionError::Changed {
                file: done.file,
                since: "the test was accepted",
            });
        }
        let back = Change {
            file: done.file.clone(),
            before: done.after,
            after: done.before,
            snapshot: done.snapshot,
        };
        let intent = self.append(Act::Intent {
            change: back.clone(),
            then: Then::Undo { of: last.seq },
        })?;
        let written = match &back.snapshot {
            Some(name) => fs::read(self.session.snapshot_path(name))
                .and_then(|old| atomic::write(&path, &old)),
            None => atomic::remove(&path),
        };
        if let Err(source) = written {
            self.append(Act::Abandoned { of: intent })?;
            return Err(DecisionError::Io {
                doing: "put back",
                path,
                source,
            });
        }
        self.append(Act::Undone {
            of: last.seq,
            intent: Some(intent),
        })?;
        Ok((last.candidates, Some(done.file)))
    }

    /// Checks that the file is what the rewrite was made from and keeps its bytes.
    fn announce(&self, rewrite: &Rewrite, path: &Path) -> Result<Change, DecisionError> {
        let io = |doing, path: &Path| {
            let path = path.to_path_buf();
            move |source| DecisionError::Io {
                doing,
                path,
                source,
            }
        };
        let old = match fs::read(path) {
            Ok(bytes) => Some(bytes),
            Err(e) if e.kind() == io::ErrorKind::NotFound => None,
            Err(e) => return Err(io("read", path)(e)),
        };
        let before = old.as_deref().map(hash);
        if before != rewrite.from {
            return Err(DecisionError::Changed {
                file: rewrite.file.clone(),
                since: "the test was placed in it",
            });
        }
        let snapshot = before.clone();
        if let (Some(name), Some(old)) = (&snapshot, &old) {
            let kept = self.session.snapshot_path(name);
            if !kept.exists() {
                atomic::write(&kept, old).map_err(io("keep a snapshot in", &kept))?;
            }
        }
        Ok(Change {
            file: rewrite.file.clone(),
            before,
            after: Some(hash(&rewrite.bytes)),
            snapshot,
        })
    }

    /// Settles intents whose end a crash took: the file itself says whether they happened.
    fn settle(&mut self) -> Result<(), DecisionError> {
        for (seq, change, then) in self.decisions.open_intents() {
            let path = self.session.project.join(&change.file);
            let now = hash_file(&path).map_err(|source| DecisionError::Io {
                doing: "read",
                path,
                source,
            })?;
            if now == change.after {
                let act = match then {
                    Then::Accept { candidates } => Act::Decided {
                        candidates,
                        decision: Decision::Accepted,
                        reason: None,
                        intent: Some(seq),
                    },
                    Then::Undo { of } => Act::Undone {
                        of,
                        intent: Some(seq),
                    },
                };
                self.append(act)?;
            } else if now == change.before {
                self.append(Act::Abandoned { of: seq })?;
            } else {
                let snapshot = self
                    .session
                    .snapshot_path(change.snapshot.as_deref().unwrap_or_default());
                return Err(DecisionError::Unsettled {
                    file: change.file,
                    snapshot,
                });
            }
        }
        Ok(())
    }

    fn append(&mut self, act: Act) -> Result<u64, DecisionError> {
        let path = self.session.decisions_path();
        let seq = self.decisions.read + 1;
        let event = DecisionEvent {
            v: VERSION,
            seq,
            time: (self.clock)(),
            by: self.by.into(),
            read: self.decisions.read,
            act,
        };
        let io = |source: io::Error| DecisionError::Io {
            doing: "write",
            path: path.clone(),
            source,
        };
        let mut line = serde_json::to_vec(&event).map_err(|e| io(e.into()))?;
        line.push(b'\n');
        self.file.write_all(&line).map_err(io)?;
        self.file.sync_data().map_err(io)?;
        self.decisions.apply(&event);
        Ok(seq)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::store::Store;
    use std::sync::Arc;

    struct Fixture {
        folder: tempfile::TempDir,
        session: SessionFolder,
        clock: Clock,
    }

    fn fixture() -> Fixture {
        let folder = tempfile::tempdir().unwrap();
        let clock: Clock = Arc::new(|| "2026-01-01T00:00:00Z".into());
        let session = Store::new(folder.path())
            .create("x", "generate", "builtin", &clock)
            .unwrap();
        Fixture {
            folder,
            session,
            clock,
        }
    }

    impl Fixture {
        fn log(&self) -> DecisionLog<'_> {
            DecisionLog::open(&self.session, "person", self.clock.clone()).unwrap()
        }

        fn test_file(&self) -> PathBuf {
            self.folder.path().join("tests/test_a.py")
        }

        fn rewrite(&self, bytes: &[u8]) -> Rewrite {
            let from = hash_file(&self.test_file()).unwrap();
            Rewrite {
                file: "tests/test_a.py".into(),
                from,
                bytes: bytes.into(),
            }
        }
    }

    fn ids(n: usize) -> Vec<CandidateId> {
        vec![CandidateId::nth(n)]
    }

    #[test]
    fn undo_restores_the_bytes_last_in_first_out() {
        let f = fixture();
        fs::create_dir(f.folder.path().join("tests")).unwrap();
        fs::write(f.test_file(), b"zero\r\n\xff").unwrap();
        f.log().accept(&ids(1), &f.rewrite(b"one")).unwrap();
        f.log().accept(&ids(2), &f.rewrite(b"two")).unwrap();
        assert_eq!(f.log().undo().unwrap().0, ids(2));
        assert_eq!(fs::read(f.test_file()).unwrap(), b"one");
        f.log().undo().unwrap();
        assert_eq!(fs::read(f.test_file()).unwrap(), b"zero\r\n\xff");
        assert!(matches!(f.log().undo(), Err(DecisionError::NothingToUndo)));
    }

    #[test]
    fn undo_of_a_new_file_removes_it() {
        let f = fixture();
        f.log().accept(&ids(1), &f.rewrite(b"one")).unwrap();
        assert!(f.test_file().exists());
        f.log().undo().unwrap();
        assert!(!f.test_file().exists());
    }

    #[test]
    fn undo_refuses_when_somebody_changed_the_file() {
        let f = fixture();
        f.log().accept(&ids(1), &f.rewrite(b"one")).unwrap();
        fs::write(f.test_file(), b"mine").unwrap();
        assert!(matches!(f.log().undo(), Err(DecisionError::Changed { .. })));
        assert_eq!(fs::read(f.test_file()).unwrap(), b"mine");
        assert_eq!(f.log().decisions.decision(&ids(1)[0]), Decision::Accepted);
    }

    #[test]
    fn accepting_refuses_when_the_file_changed_after_the_test_was_placed() {
        let f = fixture();
        let rewrite = f.rewrite(b"one");
        fs::create_dir(f.folder.path().join("tests")).unwrap();
        fs::write(f.test_file(), b"mine").unwrap();
        assert!(matches!(
            f.log().accept(&ids(1), &rewrite),
            Err(DecisionError::Changed { .. })
        ));
        assert_eq!(fs::read(f.test_file()).unwrap(), b"mine");
    }

    /// Cuts the log after each line and puts the file into the state it can have there: what is
    /// opened next agrees with the file.
    #[test]
    fn a_crash_between_any_two_steps_is_settled_by_the_files_hash() {
        for written in [false, true] {
            let f = fixture();
            f.log().accept(&ids(1), &f.rewrite(b"one")).unwrap();
            let log = fs::read_to_string(f.session.decisions_path()).unwrap();
            let intent_only = log.lines().next().unwrap().to_string() + "\n{\"v\":1,";
            fs::write(f.session.decisions_path(), intent_only).unwrap();
            if !written {
                fs::remove_file(f.test_file()).unwrap();
            }
            let expected = if written {
                Decision::Accepted
            } else {
                Decision::Pending
            };
            assert_eq!(f.log().decisions.decision(&ids(1)[0]), expected);
            assert!(f.log().decisions.open_intents().is_empty());
        }
    }

    #[test]
    fn a_file_that_is_neither_old_nor_new_after_a_crash_is_named() {
        let f = fixture();
        f.log().accept(&ids(1), &f.rewrite(b"one")).unwrap();
        let log = fs::read_to_string(f.session.decisions_path()).unwrap();
        fs::write(
            f.session.decisions_path(),
            log.lines().next().unwrap().to_string() + "\n",
        )
        .unwrap();
        fs::write(f.test_file(), b"mine").unwrap();
        let refused = DecisionLog::open(&f.session, "person", f.clock.clone())
            .err()
            .unwrap();
        assert!(matches!(refused, DecisionError::Unsettled { .. }));
        assert_eq!(fs::read(f.test_file()).unwrap(), b"mine");
    }

    #[test]
    fn a_rejected_test_is_not_accepted_without_undo() {
        let f = fixture();
        f.log()
            .decide(&ids(1), Decision::Rejected, Some("trivial".into()))
            .unwrap();
        assert!(matches!(
            f.log().accept(&ids(1), &f.rewrite(b"one")),
            Err(DecisionError::Conflict(_))
        ));
        assert!(!f.test_file().exists());
    }
}
