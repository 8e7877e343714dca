"""Runs TrueNorth: the command `truenorth`, its daemon, and the engine, state and API proxy behind them.

Each room says in its docstring what it is for; CONTRIBUTING.md has the layers. Records are decided on in `stacks`
and declared in `components`; nothing of either imports this package.
"""

import sys

# Before anything is imported that an older Python cannot even read: so this module keeps to what it can.
if sys.version_info < (3, 11):  # noqa: UP036 - pip holds to it, a checkout does not
    sys.stderr.write("error: TrueNorth needs Python 3.11 or newer, and this is %d.%d\n" % sys.version_info[:2])  # noqa: UP031
    sys.exit(2)
