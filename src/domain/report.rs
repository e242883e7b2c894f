//! The figures of a run: the contract of `covgap generate --format json` and of `covgap report`.

use serde::{Deserialize, Serialize};

/// Coverage in percent, 0–100, two decimals. `branch` is 100 where there are no branches;
/// `combined` is lines and branches together, as coverage.py counts them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Percents {
    pub line: f64,
    pub branch: f64,
    pub combined: f64,
}

/// Combined coverage in percent reached with the tests up to and including a tier.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Tiers {
    pub public: f64,
    pub private: f64,
    pub stand_in: f64,
    pub incidental: f64,
}

/// A line that stays uncovered, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Residue {
    pub line: u32,
    pub reason: String,
}

/// What a run did for one module.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ModuleReport {
    pub path: String,
    pub coverage_before: Percents,
    pub coverage_after: Percents,
    pub tiers: Tiers,
    pub candidates: u32,
    pub proven: u32,
    pub accepted: u32,
    pub seconds: f64,
    pub residue: Vec<Residue>,
    /// The test file the module's tests go into, relative to the project.
    pub file: Option<String>,
    pub error: Option<String>,
}

/// Sums over a run's modules; percents are those of the whole project's report.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RunTotals {
    pub modules: u32,
    pub candidates: u32,
    pub proven: u32,
    pub accepted: u32,
    pub line: f64,
    pub branch: f64,
    pub combined: f64,
    pub seconds: f64,
    pub cost: f64,
    pub tokens: u64,
}

/// A run's report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunReport {
    pub schema: String,
    pub session: String,
    pub modules: Vec<ModuleReport>,
    pub totals: RunTotals,
}

impl RunReport {
    /// The value of `schema` in `generate --format json`.
    pub const GENERATE: &str = "covgap.generate/1";
    /// The value of `schema` in `report --format json`.
    pub const REPORT: &str = "covgap.report/1";
}
