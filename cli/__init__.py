"""Runs TrueNorth: the command `truenorth`, its daemon, and the engine, state and API proxy behind them.

Each room says what it is for; CONTRIBUTING.md has the layers among them. `stacks` decides on the records and
`components` declares them; neither imports this package.
"""
