"""The facts about an outcome, each worded once for every reader.

Defines `Finding`, and pure functions that make findings of a convergence (`outcome`), of the changes of records
(`changes`), of load balancing (`balancing`), of addresses and sources (`sightings`) and of the daemon's other events
(`events`). Terminal, JSON, Markdown, page, log, notifications and annotations render findings. This package must not
know its readers: no colours, no markup, no web, no files.
"""
