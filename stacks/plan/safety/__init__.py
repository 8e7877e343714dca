"""Safety: rules that keep a run from changing or deleting too much.

Defines the guard with its refusals, the permission of a person, plans without refused changes, and the delete grace.
Must not make plans: it takes one from the planner, and refuses or reduces it.
"""
