//! The terminal: guard, event loop, frame, theme, screens. The only room that imports ratatui and crossterm.
