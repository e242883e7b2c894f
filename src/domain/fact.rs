//! The facts of a run, as they stand in a session's `events.jsonl`, one a line.
//!
//! A run *is* this sequence: the progress tree, the queue, the report, resume and replay are folds
//! over it. A fact is written before it is shown or acted on, by the run's one supervisor.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::candidate::{CandidateId, Target};
use super::evidence::{Tier, Verdict};
use super::report::{ModuleReport, Percents, RunReport};
use super::session::SessionStatus;
use super::task::{Counters, NodeId, NodeKind, Status};

/// Version of the journal's line format.
pub const VERSION: u32 = 1;

/// One line of the journal. `seq` counts from 1 without holes; `time` is UTC, RFC 3339.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    pub v: u32,
    pub seq: u64,
    pub time: String,
    pub fact: Fact,
}

impl Event {
    /// A line of the current version.
    #[must_use]
    pub fn new(seq: u64, time: String, fact: Fact) -> Self {
        Event {
            v: VERSION,
            seq,
            time,
            fact,
        }
    }
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Fact {
    /// The first fact of every run.
    RunStarted {
        session: String,
        /// `generate`, `run`.
        kind: String,
        agent: String,
        /// The interpreter's version.
        interpreter: String,
        sandbox: SandboxFact,
        seed: u64,
        /// Wall time a module in milliseconds; none with an execution budget.
        budget_ms: Option<u64>,
        deterministic: bool,
        /// Coverage of the whole project before the run.
        coverage: Percents,
        /// The modules to work on, in order, as project paths.
        targets: Vec<String>,
    },
    /// A node was attached to the progress tree.
    NodeAdded {
        node: NodeId,
        parent: Option<NodeId>,
        title: String,
        kind: NodeKind,
    },
    /// A node moved to another status.
    NodeMoved {
        node: NodeId,
        status: Status,
        /// Its summary when it ended, or why it waits or failed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// A node has something to say; only the latest counts.
    NodeProgress {
        node: NodeId,
        line: String,
        counters: Counters,
    },
    /// A test has been through the ladder; its files are on disk.
    CandidateJudged { candidate: CandidateFact },
    /// A module is done.
    ModuleEnded { report: ModuleReport },
    /// Something a person should know that stops nothing.
    Warning {
        text: String,
        /// What it is about: a path, mostly.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        about: Option<String>,
    },
    /// Another process went on with the run after its first owner died.
    Resumed { pid: u32 },
    /// The last fact of every run that ended by itself.
    RunEnded {
        status: SessionStatus,
        exit: u8,
        report: RunReport,
    },
}

/// The hold under which everything of the run executes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SandboxFact {
    /// `full`, `partial` or `none`.
    pub level: String,
    /// Each layer found, with whether it holds.
    pub layers: BTreeMap<String, bool>,
}

/// A judged test in brief: enough for a list; the whole is in `candidates/<id>.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CandidateFact {
    pub id: CandidateId,
    pub target: Target,
    /// The test function's name and the file it goes into.
    pub test: String,
    pub file: String,
    pub verdict: Verdict,
    pub why: String,
    pub tier: Tier,
    pub new_lines: u32,
    pub new_branches: u32,
}
