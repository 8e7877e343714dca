"""Recovery after a crash: dead locks are broken, damaged state is mended, lost records are found again.

Defines `recover` for the start of a run, the notes about what a run is about to create (`intent_log`), the locks of
dead processes (`locks`, `processes`), and the gaps in state (`gaps`). It must not know how a convergence is run.
"""
