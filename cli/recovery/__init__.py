"""Repairs what a crash has left: locks of dead processes, a damaged state, records that state has lost.

`recover` does it all before a run; `intent_log` notes before a run what that is about to make. Nothing here plans or
runs the engine's `up`: `cli.reconcile` does, with what `recover` returns.
"""
