//! Configuration: defaults, user file, project file and flags, merged in one place.
