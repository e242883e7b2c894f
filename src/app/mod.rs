//! The dashboard's state without a terminal: state, actions, keymap, update.
