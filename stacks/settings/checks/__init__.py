"""Checks of settings that need more than one of them.

Defines checks of the names and hosts of a zone's records, and of load balancing against its zones. Must not read
anything: files and environment are `stacks.settings`'s own.
"""
