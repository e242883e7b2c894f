//! What is true: the facts of a project's coverage and of a run, and the rules about them.
//!
//! Pure: same input, same output. No I/O, no clock (time is an argument), no async, no UI, and
//! nothing of ours outside this room is imported here.

pub mod candidate;
pub mod evidence;
pub mod fact;
pub mod report;
pub mod review;
pub mod session;
pub mod task;
