"""Sets up a new stack for `truenorth init`: asks for zone, names and sources, and writes the settings file.

A module asks for one choice; `file` writes the result. The room changes no zone and keeps no token, and the rest of the
program does not use it.
"""
