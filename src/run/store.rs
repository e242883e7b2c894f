//! The session store: the folders below `.workflow/` and the files in them.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::domain::candidate::{Candidate, CandidateId};
use crate::domain::fact::Event;
use crate::domain::review::{DecisionEvent, Decisions};
use crate::domain::session::{Session, SessionStatus, session_id};

use super::atomic;
use super::clock::Clock;
use super::jsonl::{self, LinesError};

/// What stands in the way of using a session.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("cannot {doing} {}: {source}", path.display())]
    Io {
        doing: &'static str,
        path: PathBuf,
        source: io::Error,
    },
    #[error("{}: {what}", path.display())]
    Content { path: PathBuf, what: String },
    #[error("there is no session {id} below {}; `covgap review` without a name takes the newest", folder.display())]
    NoSession { id: String, folder: PathBuf },
    #[error("there is no session yet in {}; `covgap generate` starts one", folder.display())]
    NoneYet { folder: PathBuf },
    #[error("session {session} has no test {id}; `covgap review {session} --list` shows them")]
    NoCandidate { session: String, id: String },
    #[error(
        "session {session} is owned by a running covgap (process {pid}); wait for its end or stop it"
    )]
    Owned { session: String, pid: String },
    #[error(transparent)]
    Lines(#[from] LinesError),
}

fn failed(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> StoreError {
    let path = path.to_path_buf();
    move |source| StoreError::Io {
        doing,
        path,
        source,
    }
}

/// All sessions of a project.
#[derive(Debug, Clone)]
pub struct Store {
    project: PathBuf,
}

impl Store {
    /// The store of the project in this folder; nothing is made on disk yet.
    #[must_use]
    pub fn new(project: &Path) -> Self {
        Store {
            project: project.into(),
        }
    }

    /// The folder of sessions that are not archived.
    #[must_use]
    pub fn active(&self) -> PathBuf {
        self.project.join(".workflow/active")
    }

    /// Makes a new session for a text; the id gets `-2`, `-3` … when it is taken. `.workflow` keeps
    /// itself out of version control by a `.gitignore` of its own.
    ///
    /// # Errors
    /// [`StoreError::Io`] when the project is read-only or the disk is full.
    pub fn create(
        &self,
        about: &str,
        mode: &str,
        agent: &str,
        clock: &Clock,
    ) -> Result<SessionFolder, StoreError> {
        let active = self.active();
        fs::create_dir_all(&active).map_err(failed("make the session folder", &active))?;
        let ignore = self.project.join(".workflow/.gitignore");
        if !ignore.exists() {
            atomic::write(&ignore, b"*\n").map_err(failed("write", &ignore))?;
        }
        let base = session_id(about);
        let mut id = base.clone();
        let mut n = 1;
        let folder = loop {
            let folder = active.join(&id);
            match fs::create_dir(&folder) {
                Ok(()) => break folder,
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {
                    n += 1;
                    id = format!("{base}-{n}");
                }
                Err(e) => return Err(failed("make the session folder", &folder)(e)),
            }
        };
        let session = SessionFolder {
            id: id.clone(),
            folder,
            project: self.project.clone(),
        };
        for name in ["candidates", "snapshots"] {
            let path = session.folder.join(name);
            fs::create_dir(&path).map_err(failed("make", &path))?;
        }
        let now = clock();
        session.save(&Session {
            schema: Session::SCHEMA.into(),
            session_id: id,
            kind: "test".into(),
            project: about.into(),
            status: SessionStatus::Active,
            source_session_id: None,
            created_at: now.clone(),
            updated_at: now,
            archived_at: None,
            mode: mode.into(),
            agent: agent.into(),
        })?;
        Ok(session)
    }

    /// The session of that id.
    ///
    /// # Errors
    /// [`StoreError::NoSession`] when there is none.
    pub fn open(&self, id: &str) -> Result<SessionFolder, StoreError> {
        let folder = self.active().join(id);
        let plain = !id.is_empty() && !id.contains(['/', '\\']) && id != "." && id != "..";
        if plain && folder.is_dir() {
            Ok(SessionFolder {
                id: id.into(),
                folder,
                project: self.project.clone(),
            })
        } else {
            Err(StoreError::NoSession {
                id: id.into(),
                folder: self.active(),
            })
        }
    }

    /// All active sessions, newest first (by the time in their main file; one without is oldest).
    ///
    /// # Errors
    /// [`StoreError::Io`] when the folder cannot be read; a missing one holds no session.
    pub fn list(&self) -> Result<Vec<SessionFolder>, StoreError> {
        let active = self.active();
        let entries = match fs::read_dir(&active) {
            Ok(entries) => entries,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(e) => return Err(failed("read", &active)(e)),
        };
        let mut found = Vec::new();
        for entry in entries {
            let entry = entry.map_err(failed("read", &active))?;
            if entry.path().is_dir()
                && let Ok(session) = self.open(&entry.file_name().to_string_lossy())
            {
                let created = session.load().map(|s| s.created_at).unwrap_or_default();
                found.push((created, session));
            }
        }
        found.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| b.1.id.cmp(&a.1.id)));
        Ok(found.into_iter().map(|(_, session)| session).collect())
    }

    /// The session a person means without naming one: the newest with undecided tests, else the
    /// newest.
    ///
    /// # Errors
    /// [`StoreError::NoneYet`] when there is none at all.
    pub fn newest_to_review(&self) -> Result<SessionFolder, StoreError> {
        let sessions = self.list()?;
        let undecided = |s: &&SessionFolder| s.undecided().is_ok_and(|n| n > 0);
        sessions
            .iter()
            .find(undecided)
            .or_else(|| sessions.first())
            .cloned()
            .ok_or_else(|| StoreError::NoneYet {
                folder: self.active(),
            })
    }
}

/// The folder of one session.
#[derive(Debug, Clone)]
pub struct SessionFolder {
    pub id: String,
    pub folder: PathBuf,
    pub project: PathBuf,
}

/// Holds a session for one process; another that asks is told who has it. The operating system
/// lets go of it when its holder dies, so a dead owner never blocks.
#[derive(Debug)]
pub struct OwnerLock {
    _file: File,
}

impl SessionFolder {
    /// The run's journal.
    #[must_use]
    pub fn events_path(&self) -> PathBuf {
        self.folder.join("events.jsonl")
    }

    /// What people decided.
    #[must_use]
    pub fn decisions_path(&self) -> PathBuf {
        self.folder.join("decisions.jsonl")
    }

    /// Where the old bytes of changed files are kept.
    #[must_use]
    pub fn snapshot_path(&self, name: &str) -> PathBuf {
        self.folder.join("snapshots").join(name)
    }

    fn main_path(&self) -> PathBuf {
        self.folder.join("workflow-session.json")
    }

    fn candidate_path(&self, id: &CandidateId, extension: &str) -> PathBuf {
        self.folder
            .join("candidates")
            .join(format!("{id}.{extension}"))
    }

    /// Takes the session for this process.
    ///
    /// # Errors
    /// [`StoreError::Owned`] when another process has it.
    pub fn own(&self) -> Result<OwnerLock, StoreError> {
        let path = self.folder.join("lock");
        let file = File::options()
            .create(true)
            .read(true)
            .write(true)
            .truncate(false)
            .open(&path)
            .map_err(failed("open", &path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => {
                let pid = fs::read_to_string(&path)
                    .unwrap_or_default()
                    .trim()
                    .to_string();
                return Err(StoreError::Owned {
                    session: self.id.clone(),
                    pid,
                });
            }
            Err(fs::TryLockError::Error(e)) => return Err(failed("lock", &path)(e)),
        }
        file.set_len(0).map_err(failed("write", &path))?;
        io::Write::write_all(&mut &file, std::process::id().to_string().as_bytes())
            .map_err(failed("write", &path))?;
        Ok(OwnerLock { _file: file })
    }

    /// Whether a living process owns the session.
    #[must_use]
    pub fn is_owned(&self) -> bool {
        let Ok(file) = File::options()
            .read(true)
            .write(true)
            .open(self.folder.join("lock"))
        else {
            return false;
        };
        matches!(file.try_lock(), Err(fs::TryLockError::WouldBlock))
    }

    /// The main file.
    ///
    /// # Errors
    /// [`StoreError`] when it is missing or not what it should be.
    pub fn load(&self) -> Result<Session, StoreError> {
        let path = self.main_path();
        let bytes = fs::read(&path).map_err(failed("read", &path))?;
        serde_json::from_slice(&bytes).map_err(|e| StoreError::Content {
            path,
            what: e.to_string(),
        })
    }

    /// Replaces the main file.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn save(&self, session: &Session) -> Result<(), StoreError> {
        self.write_json(&self.main_path(), session)
    }

    /// Moves the session to another status.
    ///
    /// # Errors
    /// [`StoreError`] when its main file cannot be read or written.
    pub fn set_status(&self, status: SessionStatus, clock: &Clock) -> Result<(), StoreError> {
        let mut session = self.load()?;
        session.status = status;
        session.updated_at = clock();
        self.save(&session)
    }

    /// Writes a candidate and its source, the source first: a candidate that is listed can be read.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn save_candidate(&self, candidate: &Candidate, source: &str) -> Result<(), StoreError> {
        let path = self.candidate_path(&candidate.id, "py");
        atomic::write(&path, source.as_bytes()).map_err(failed("write", &path))?;
        self.write_json(&self.candidate_path(&candidate.id, "json"), candidate)
    }

    /// One candidate with the decision that stands.
    ///
    /// # Errors
    /// [`StoreError::NoCandidate`], or what is wrong with its file.
    pub fn candidate(
        &self,
        id: &CandidateId,
        decisions: &Decisions,
    ) -> Result<Candidate, StoreError> {
        let path = self.candidate_path(id, "json");
        let plain = id.0.chars().all(|c| c.is_ascii_alphanumeric());
        if !plain || !path.is_file() {
            return Err(StoreError::NoCandidate {
                session: self.id.clone(),
                id: id.0.clone(),
            });
        }
        let bytes = fs::read(&path).map_err(failed("read", &path))?;
        let mut candidate: Candidate =
            serde_json::from_slice(&bytes).map_err(|e| StoreError::Content {
                path,
                what: e.to_string(),
            })?;
        if let Some(standing) = decisions.standing(id) {
            candidate.decision = standing.decision;
            candidate.reason.clone_from(&standing.reason);
            candidate.decided_at = Some(standing.at.clone());
        }
        Ok(candidate)
    }

    /// A candidate's test as it was generated.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be read.
    pub fn candidate_source(&self, id: &CandidateId) -> Result<String, StoreError> {
        let path = self.candidate_path(id, "py");
        fs::read_to_string(&path).map_err(failed("read", &path))
    }

    /// All candidates in the order of their ids. One that cannot be read is named, the others are
    /// given.
    ///
    /// # Errors
    /// [`StoreError`] when the folder or the decisions cannot be read.
    pub fn candidates(&self) -> Result<(Vec<Candidate>, Vec<StoreError>), StoreError> {
        let decisions = self.decisions()?;
        let folder = self.folder.join("candidates");
        let mut ids = Vec::new();
        for entry in fs::read_dir(&folder).map_err(failed("read", &folder))? {
            let name = entry
                .map_err(failed("read", &folder))?
                .file_name()
                .to_string_lossy()
                .into_owned();
            if let Some(id) = name.strip_suffix(".json") {
                ids.push(CandidateId(id.into()));
            }
        }
        ids.sort();
        let mut bad = Vec::new();
        let mut good = Vec::new();
        for id in ids {
            match self.candidate(&id, &decisions) {
                Ok(candidate) => good.push(candidate),
                Err(e) => bad.push(e),
            }
        }
        Ok((good, bad))
    }

    /// The journal so far.
    ///
    /// # Errors
    /// [`LinesError`] when a line is not an event.
    pub fn events(&self) -> Result<Vec<Event>, StoreError> {
        Ok(jsonl::read::<Event>(&self.events_path())?.items)
    }

    /// The fold of all decisions.
    ///
    /// # Errors
    /// [`LinesError`] when a line is not a decision.
    pub fn decisions(&self) -> Result<Decisions, StoreError> {
        let mut decisions = Decisions::default();
        for event in &jsonl::read::<DecisionEvent>(&self.decisions_path())?.items {
            decisions.apply(event);
        }
        Ok(decisions)
    }

    /// How many offered tests wait for a decision.
    ///
    /// # Errors
    /// As [`SessionFolder::candidates`].
    pub fn undecided(&self) -> Result<usize, StoreError> {
        use crate::domain::candidate::Decision;
        let (candidates, _) = self.candidates()?;
        Ok(candidates
            .iter()
            .filter(|c| c.verdict.is_offered() && c.decision == Decision::Pending)
            .count())
    }

    fn write_json<T: serde::Serialize>(&self, path: &Path, value: &T) -> Result<(), StoreError> {
        let mut text = serde_json::to_vec_pretty(value).map_err(|e| StoreError::Content {
            path: path.into(),
            what: e.to_string(),
        })?;
        text.push(b'\n');
        atomic::write(path, &text).map_err(failed("write", path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    fn store() -> (tempfile::TempDir, Store, Clock) {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path());
        (folder, store, Arc::new(|| "2026-01-01T00:00:00Z".into()))
    }

    #[test]
    fn a_taken_id_gets_a_number_and_nothing_is_overwritten() {
        let (_folder, store, clock) = store();
        let ids: Vec<_> = (0..3)
            .map(|_| {
                store
                    .create("Raise it", "generate", "builtin", &clock)
                    .unwrap()
                    .id
            })
            .collect();
        assert_eq!(
            ids,
            [
                "WFS-test-raise-it",
                "WFS-test-raise-it-2",
                "WFS-test-raise-it-3"
            ]
        );
    }

    #[test]
    fn the_workflow_folder_keeps_itself_out_of_git() {
        let (folder, store, clock) = store();
        store.create("x", "generate", "builtin", &clock).unwrap();
        assert_eq!(
            fs::read_to_string(folder.path().join(".workflow/.gitignore")).unwrap(),
            "*\n"
        );
    }

    #[test]
    fn a_session_has_one_owner() {
        let (_folder, store, clock) = store();
        let session = store.create("x", "generate", "builtin", &clock).unwrap();
        assert!(!session.is_owned());
        let owner = session.own().unwrap();
        assert!(session.is_owned());
        assert!(matches!(session.own(), Err(StoreError::Owned { .. })));
        drop(owner);
        assert!(!session.is_owned());
    }

    #[test]
    fn a_name_with_a_path_in_it_is_no_session() {
        let (_folder, store, _) = store();
        for name in ["..", "", "a/b", "../active", "gone"] {
            assert!(
                matches!(store.open(name), Err(StoreError::NoSession { .. })),
                "{name}"
            );
        }
    }
}
