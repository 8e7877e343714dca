"""Reads what tools that keep records were told: a module a tool; ways.txt has their tables.

Knows nothing of files.
"""
