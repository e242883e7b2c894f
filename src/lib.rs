//! covgap closes coverage gaps in Python projects: it ranks what is untested, generates pytest
//! tests in the background, proves each of them in a sandbox and lets a person approve them.
//!
//! # The map
//!
//! | room | holds |
//! | --- | --- |
//! | [`domain`] | what is true: facts and rules, pure; no I/O, no clock, no async, no UI |
//! | [`python`] | reading Python: tree-sitter, project layout, interpreter |
//! | [`sandbox`] | spawning anything untrusted: levels, layers, limits, the init |
//! | [`watch`] | coverage.json and session files changing on disk |
//! | [`generate`] | the built-in generator: the worker's host, archive, selection, rendering |
//! | [`prove`] | pytest outcomes, evidence, writing tests into files |
//! | [`run`] | a run: supervisor, journal, session store, decisions |
//! | [`config`] | configuration: defaults, user file, project file, merged in one place |
//! | [`app`] | the dashboard's state without a terminal: actions, keymap, update |
//! | [`tui`] | the terminal: guard, event loop, drawing |
//! | [`headless`] | plain lines, JSON, Markdown |
//! | [`commands`] | one file a command: wires the rooms together for the command line |
//! | [`cli`], [`exit`] | argument types; the documented exit codes |
//!
//! # Who may import whom (low to high)
//!
//! `domain` nothing of ours; `python`, `sandbox`, `watch`, `config` → `domain`; `generate`, `prove` →
//! `sandbox`, `python`, `domain`; `run` → all of these; `app` → `domain` and the command type of
//! `run`; `tui` → `app`, `domain`; `headless` → `domain`; `commands` → everything. ratatui and
//! crossterm only in `tui`; notify only in `watch`; tree-sitter only in `python`; color-eyre only in
//! `main` and the terminal guard. `tests/architecture.rs` reads the `use` lines and holds us to it.

pub mod app;
pub mod cli;
pub mod commands;
pub mod config;
pub mod domain;
pub mod exit;
pub mod generate;
pub mod headless;
pub mod prove;
pub mod python;
pub mod run;
pub mod sandbox;
pub mod tui;
pub mod watch;
