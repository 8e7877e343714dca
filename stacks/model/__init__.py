"""Frozen values that all rooms of `stacks` and the command line share, and errors for the user.

Read it first: observe makes an `Observation`, plan turns it into a `Plan`, program declares that.
Defines frozen values (`values`, `claims`, `geo`, `observation`, `plan`, `shards`, `confirmation`), `errors`, and the
calls that a process makes (`api_calls`). Must not know settings, I/O or Pulumi: it imports components' values only.
"""
