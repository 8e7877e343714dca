"""The readers of tools that keep records: a module each, with a table of what the tool can be told.

The sign at the beginning of an entry says what becomes of a thing: see `Draft.tell`. Knows nothing of files.
"""
