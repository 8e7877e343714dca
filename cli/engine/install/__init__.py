"""Find a usable engine on this machine, or install the pinned one: download it, else build it.

Defines `Engine` and the versions. It must not know runs.
"""
