"""Notifications to people, and pings of watchdogs.

Defines the facts that are worth a message, the policy that says when each is told, the couriers that send it, and the
signals to watchdogs. Words come from `cli.findings`. Subscribes to the daemon's events, and must neither delay nor fail
the daemon.
"""
