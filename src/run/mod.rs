//! A run: supervisor, journal, session store, decisions.
//!
//! One supervisor owns a run's state and is the only writer of its `events.jsonl`; module workers
//! report to it and change nothing. People's decisions go to `decisions.jsonl`, which any process
//! appends to under a short lock. Everything shown is a fold over these two files.

pub mod atomic;
pub mod clock;
pub mod decisions;
pub mod journal;
pub mod jsonl;
pub mod store;
