"""Read secrets from variables and from files, and keep them from programs that do not need them.

Read it to add a credential, or to start another program. Defines the table of secrets (`files.SECRETS`), how one is
read, and the table of programs with the variables that each gets (`children`). Must not know what a secret is used for.
"""
