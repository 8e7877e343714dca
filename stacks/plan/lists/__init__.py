"""Decides on address lists: the items that are to be in them, and what a run does to get there. Pure."""
