"""The way back: which of our record sets leave the state without being deleted, to another tool or to nobody.

`receiver` says who gets them and how that tool marks what it owns; `leaving` decides on each set and says what a run
declares. Nothing here knows how a run is carried out, or how state forgets what has left.
"""
