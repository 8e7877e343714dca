"""The log: lines for people, or JSON documents for machines.

Defines the entries of events, of engine steps and of what libraries say, the log that writes them, and the redactor
that keeps secrets out of every output. Words come from `cli.findings`.
"""
