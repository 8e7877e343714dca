"""The dyndns2 endpoint of `truenorth watch`: routers tell their addresses, which are written down for the sources.

Defines the protocol's answers, the users with their limits, and the names that each may speak of. Must not know the
daemon: who follows the addresses hears of new ones by `stacks.observe.wan.sources.pushed`.
"""
