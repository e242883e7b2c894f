//! The documented exit codes.

/// How a process of covgap ends. The numbers are a contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Done.
    Done = 0,
    /// Finished, but the goal was not met: `--fail-under`, a gate, nothing proven.
    GoalNotMet = 1,
    /// Bad usage, configuration or input.
    Input = 2,
    /// The environment lacks something: no interpreter, no pytest, no sandbox.
    Environment = 3,
    /// An agent or backend failed after its retries.
    Backend = 4,
    /// Interrupted by the person.
    Interrupted = 130,
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        std::process::ExitCode::from(exit as u8)
    }
}
