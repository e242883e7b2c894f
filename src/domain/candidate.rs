//! A generated test: what it is for, who made it, where it would go, what it has shown and what a
//! person decided. This is the content of a session's `candidates/<id>.json`; the test itself is
//! `candidates/<id>.py` beside it, a complete test file with exactly one test function.

use serde::{Deserialize, Serialize};

use super::evidence::{Evidence, Verdict};

/// Names a candidate within its session: `c0001`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CandidateId(pub String);

impl CandidateId {
    /// The id of the n-th candidate of a session, counted from 1.
    #[must_use]
    pub fn nth(n: usize) -> Self {
        CandidateId(format!("c{n:04}"))
    }
}

impl std::fmt::Display for CandidateId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a test is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Dotted name of the module.
    pub module: String,
    /// The module's file, relative to the project, with `/`.
    pub path: String,
    /// The function or class under test, `Class.method`.
    pub qualified_name: String,
    /// The subject's first and last line.
    pub lines: (u32, u32),
}

/// Who made a test.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Origin {
    pub backend: String,
    pub role: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// US dollars.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<f64>,
}

impl Origin {
    /// The built-in generator.
    #[must_use]
    pub fn builtin() -> Self {
        Origin {
            backend: "builtin".into(),
            role: "test-writer".into(),
            model: None,
            cost: None,
        }
    }
}

/// Where a test lives, or would.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestRef {
    /// The test file it goes into, relative to the project, with `/`.
    pub file: String,
    /// Name of the test function.
    pub name: String,
    /// blake3 of `candidates/<id>.py`, hexadecimal.
    pub code_hash: String,
    /// blake3 of the test file as it was when the test was generated; none when there was no file.
    pub base_hash: Option<String>,
}

/// Where a candidate stands with the people who decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    Pending,
    Accepted,
    Rejected,
    Skipped,
    /// The file it goes into changed since it was generated.
    Stale,
}

impl Decision {
    /// The word used on screen and in JSON.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Decision::Pending => "pending",
            Decision::Accepted => "accepted",
            Decision::Rejected => "rejected",
            Decision::Skipped => "skipped",
            Decision::Stale => "stale",
        }
    }
}

/// A generated test with all that is known about it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    #[serde(default = "schema")]
    pub schema: String,
    pub id: CandidateId,
    pub target: Target,
    pub origin: Origin,
    pub test: TestRef,
    pub evidence: Evidence,
    pub verdict: Verdict,
    /// The verdict's reason in one plain sentence.
    pub why: String,
    pub decision: Decision,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<String>,
}

fn schema() -> String {
    Candidate::SCHEMA.into()
}

impl Candidate {
    /// The value of `schema` in `candidates/<id>.json`.
    pub const SCHEMA: &str = "covgap.candidate/1";
}
