"""Find, install and run the Pulumi engine as a child process, and stop it.

Defines the events of a run, its failures, the hold that decides whether an engine may run, kept provider plugins, and
the pauses between attempts. It must not know sessions, state, leases, or the program that it runs.
"""
