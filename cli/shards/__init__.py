"""The stacks of a sharded estate: the work of each, and records that move between them.

Defines the part of a plan that one stack carries out (`parts`), the move of record sets from stack to stack (`moving`),
and the rewriting of their resources in state (`transfer`). It must not know how a convergence is run.
"""
