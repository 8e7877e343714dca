"""When the planned writes of a convergence go out, and who takes note of them.

Defines `at_once` (the writes go out before an engine asks for them), `name_servers` (those that no proxy sends) and
`checkpoints` (the engine keeps them, or the journal stands in). It knows no run of the engine, only its lock.
"""
