"""The claims of Kubernetes objects, read once or followed.

Defines `read` and `following` over all clusters of a stack, the sources of one cluster over its caches, and the
registry of sources by the names that the settings give them. `claims` has what all kinds of objects share, `kinds` one
module for each kind. Does not decide between claims: that is the plan's.
"""
