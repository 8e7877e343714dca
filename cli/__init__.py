"""Runs TrueNorth: the command `truenorth`, its daemon, and the engine, state and API proxy behind them.

Each room's docstring says what it is for; the layers among them are in CONTRIBUTING.md. Records are decided on in `stacks`
and declared in `components`; nothing of either imports this package.
"""
