//! Plain lines, JSON and Markdown for people and programs without a terminal.
