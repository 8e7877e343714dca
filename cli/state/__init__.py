"""Keep a stack's state, and read it.

Defines the stores (a backend of Pulumi's own; Secrets, in `secrets`), checkpoints with their integrity and repair, and
the registries of an estate. It must not know what is planned, run or recovered.
"""
