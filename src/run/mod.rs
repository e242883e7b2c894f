//! A run: supervisor, journal, session store, decisions.
