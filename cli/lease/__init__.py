"""Elect a leader among processes by a Kubernetes Lease, and hold a lease for a while.

Defines the election, the format of the Lease, its timing with the reasons, and the guard that stops the engine in time.
It must not know what is done under a lease.
"""
