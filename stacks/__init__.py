"""Reads the world and decides what must be declared; `program` is what `pulumi up` runs.

The rooms, lowest first: model, settings, kube, observe and plan, deploy. Only observe and kube do I/O; plan is pure.
Nothing here knows the command line.
"""
