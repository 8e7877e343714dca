"""Spreads the names of one settings file over several stacks (shards), and moves records between their states.

`parts` divides a plan into one part for each stack; `moving` and `transfer` change in which state a record lies.
A shard's name and label come from `stacks.model.shards`. Nothing here knows commands, the daemon or a provider's API.
"""
