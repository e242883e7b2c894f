//! coverage.json and session files changing on disk. The only room that imports notify.
