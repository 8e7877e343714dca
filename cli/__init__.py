"""Runs TrueNorth: the command `truenorth`, its daemon, and the engine, state and API proxy behind them.

Each room says in its docstring what it is for; CONTRIBUTING.md has the layers. Records are decided on in `stacks`
and declared in `components`; nothing of either imports this package.
"""
