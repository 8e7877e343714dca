"""Reads the files of other tools for `truenorth init --from`: settings, and what becomes of each thing they say.

Files become documents (`documents`), these become what a tool was given (`given`), and `recognize` finds its reader: a
module a tool in `tools` and `zones`. A reader fills a `Draft`; `moved` puts drafts together, `table` shows the rows.
The room asks no API, and no value of a secret leaves it.
"""
