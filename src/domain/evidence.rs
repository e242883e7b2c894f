//! What a generated test has shown: the verdict, and the evidence a person reads before deciding.
//!
//! The unit of proof is one test function. Field names are the contract of a session's
//! `candidates/<id>.json`.

use serde::{Deserialize, Serialize};

/// The outcome of the ladder of proof for one test function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Passed every rung.
    Proven,
    /// Passes and adds coverage, but kills no mutant of what it newly covers.
    Weak,
    /// Fails in the sandbox.
    Failing,
    /// Passes under some conditions and fails under others.
    Flaky,
    /// Adds nothing to what the suite and better candidates already cover.
    Useless,
    /// Its only oracle is an exception that no `raise` or `assert` of the project produced.
    Incidental,
    /// Fails because the subject, by rule, looks wrong.
    SuspectedBug,
    /// Tried something a test must not do.
    Unsafe,
    /// Could not be judged: collection error, time-out.
    Error,
}

/// How good a test's road to its subject is; the order is from best to last resort.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Tier {
    /// Public API with real values.
    #[serde(rename = "public")]
    Public,
    /// Calls or reads a private name of the project.
    #[serde(rename = "private")]
    Private,
    /// Hands a class or mock made for the test to the subject.
    #[serde(rename = "stand-in")]
    StandIn,
    /// Pinned to an exception the project never meant to raise.
    #[serde(rename = "incidental")]
    Incidental,
}

/// What the test compares: the strength of its oracle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Oracle {
    /// An exact (or approximate) value.
    Value,
    /// State: attributes of an object, a changed argument, a file, output.
    State,
    /// An exception the project raises on purpose.
    Raised,
    /// An exception nobody meant.
    Incidental,
    /// Only a type.
    TypeOnly,
}

/// One run of the test under one condition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProofRun {
    /// What was varied, in words: `hash seed 1`, `reversed order`.
    pub condition: String,
    /// `passed`, `failed`, `error`, `skipped` or `missing`.
    pub outcome: String,
    /// Duration of the call phase in milliseconds.
    pub ms: u64,
}

/// One changed piece of the subject, and whether the test noticed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mutant {
    pub line: u32,
    /// The change as `old → new`.
    pub change: String,
    pub killed: bool,
}

/// Mutants tried on the lines the test newly covers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mutants {
    pub tried: u32,
    pub killed: u32,
    pub list: Vec<Mutant>,
}

/// What the test tried to touch outside itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Touched {
    pub files: Vec<String>,
    pub network: Vec<String>,
    pub environment: Vec<String>,
}

/// One assertion of the test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assertion {
    pub text: String,
    /// `exact`, `approximate`, `type` or `raises`.
    pub strength: String,
    /// Where the expectation came from: `observed`, `documented` or `invented`.
    pub source: String,
}

/// A finding about the test's own code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Smell {
    pub category: String,
    pub severity: String,
    pub what: String,
}

/// Everything a test has shown. Lines and branches are those of the target module; branches are
/// pairs of line numbers as coverage.py writes them (a negative destination is a function's exit).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    pub passes: u32,
    pub runs: Vec<ProofRun>,
    /// Lines nothing before this test covered (existing suite, better candidates).
    pub new_lines: Vec<u32>,
    pub new_branches: Vec<(i64, i64)>,
    /// Of these, the ones no other candidate of the session covers.
    pub unique_lines: Vec<u32>,
    pub unique_branches: Vec<(i64, i64)>,
    pub mutants: Mutants,
    pub duration_ms: u64,
    pub touched: Touched,
    pub assertions: Vec<Assertion>,
    pub smells: Vec<Smell>,
    pub oracle: Oracle,
    pub tier: Tier,
    /// The sandbox level it ran at, `full`, `partial` or `none`.
    pub sandbox: String,
    /// The interpreter's version, `3.11.7`.
    pub interpreter: String,
}

impl Verdict {
    /// The word used on screen and in JSON.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Proven => "proven",
            Verdict::Weak => "weak",
            Verdict::Failing => "failing",
            Verdict::Flaky => "flaky",
            Verdict::Useless => "useless",
            Verdict::Incidental => "incidental",
            Verdict::SuspectedBug => "suspected_bug",
            Verdict::Unsafe => "unsafe",
            Verdict::Error => "error",
        }
    }

    /// Whether a person is asked about such a test at all: what fails, flakes or adds nothing is
    /// kept on disk but never offered.
    #[must_use]
    pub fn is_offered(self) -> bool {
        match self {
            Verdict::Proven | Verdict::Weak | Verdict::Incidental | Verdict::SuspectedBug => true,
            Verdict::Failing
            | Verdict::Flaky
            | Verdict::Useless
            | Verdict::Unsafe
            | Verdict::Error => false,
        }
    }
}

impl Tier {
    /// The word used on screen and in JSON.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Tier::Public => "public",
            Tier::Private => "private",
            Tier::StandIn => "stand-in",
            Tier::Incidental => "incidental",
        }
    }
}
