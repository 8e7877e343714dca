"""Defines the commands of `truenorth`, a module each: options, help text, and the calls that carry it out.

A command reads the environment and passes it on; it alone does. Its imports are inside its functions, so that
`truenorth --help` stays light. Rules of records, planning and output are elsewhere.
"""
