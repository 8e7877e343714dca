"""Runs `truenorth watch`: follows addresses and objects, and reconciles the zones whenever they have changed.

`process` puts the process together, `daemon` runs it, `watch` is the loop, and `reconciler` takes its turns, each of
which is a convergence of `cli.reconcile`. The room does not know how a record is planned or written, nor how an event
is shown: subscribers of `event_bus` do that.
"""
