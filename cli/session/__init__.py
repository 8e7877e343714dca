"""A stack of a project with everything that a command needs to work on it.

Defines `Session`, the operations on its stack, the interface of state stores, and, in `open`, how a session is opened;
backends, project files and whole-file writing lie below it. Nothing but `open` may know the stores themselves.
"""
