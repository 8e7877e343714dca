"""The parts of several commands: options, shell completion, and the session with its output."""
