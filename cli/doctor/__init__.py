"""Examines a stack and its machine for `truenorth doctor`, and names each fault with its place and its remedy.

A module checks one subject and returns findings; `checks` lists them all, `runner` runs them at once. The room changes
nothing, and the rest of the program does not use it.
"""
