//! One file a command: wires the rooms together for the command line.
