//! Spawning anything untrusted: generated tests and the project's own code under exploration.
//!
//! Callers describe *what* runs ([`Spec`]) and get a [`Child`]; which layers hold it is decided here,
//! found by trying them, and listed in [`Report`]. Nothing outside this room starts an untrusted
//! process, and this room knows nothing of Python beyond the audit hook it ships.

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How well an untrusted process is held, by effect. Ordered: a higher level is a stronger hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Anything less than `Partial`.
    None,
    /// Writes confined by the kernel (Landlock ABI 3 or later), network closed.
    Partial,
    /// Project and home can be neither written nor read beyond what is needed, no network, own
    /// process tree.
    Full,
}

/// What was asked of a sandboxed process.
#[derive(Debug, Clone)]
pub struct Spec {
    pub program: PathBuf,
    pub args: Vec<String>,
    /// Must be readable inside; usually below `scratch`.
    pub cwd: PathBuf,
    /// The whole environment: nothing is inherited. HOME, TMPDIR and PATH are set by the room
    /// unless given here.
    pub env: Vec<(String, String)>,
    /// Folders and files bound read-only beside the system's own.
    pub read: Vec<PathBuf>,
    /// The one folder that may be written.
    pub scratch: PathBuf,
    pub limits: Limits,
    /// Opens a pair of pipes as descriptors 3 (the child reads) and 4 (the child writes).
    pub channel: bool,
}

/// Bounds of one sandboxed process and everything it starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    pub wall: Duration,
    pub cpu: Duration,
    /// Resident bytes of the whole tree.
    pub memory: u64,
    /// Largest file it may write, bytes.
    pub file_size: u64,
    pub processes: u32,
    /// Bytes kept of each of stdout and stderr; the rest is read and dropped.
    pub output: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            wall: Duration::from_secs(60),
            cpu: Duration::from_secs(120),
            memory: 2 << 30,
            file_size: 64 << 20,
            processes: 64,
            output: 1 << 20,
        }
    }
}
