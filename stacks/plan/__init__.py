"""Planning: pure functions from settings, an observation and state to a plan, and from a plan to changes.

Rooms, the lower first: `records` (zones, state, ownership), `desired` (endpoints from settings and claims), `geo` (load
balancing), `safety` (guard, grace), `owners` (messages to claiming objects). `planner` makes the plan with a decision
for each endpoint, `changes` compares it with the world, `simulate` carries it out on paper, `slice` and `sharding`
divide it.
Must not do I/O, read a clock or import Pulumi.
"""
