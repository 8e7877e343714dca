"""Brings the zones of a stack to its plan, once: look, guard, carry out, and confirm with the name servers.

`converge` is the one way from an observation to runs of the engine, for `up`, `adopt` and `watch` alike. Its results
are in `result`. The room does not know when a convergence is due (`cli.daemon`), nor how its result is shown
(`cli.output`).
"""
