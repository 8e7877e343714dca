"""The page of `truenorth watch`: its status, its JSON, and the server that shows both.

Defines the status that is folded from the daemon's events, its problems and its history, `/raw`, the stream of changes,
the probes and their health. Words come from `cli.findings`. Must not know the daemon, nor write anything anywhere.
"""
