"""Metrics of `truenorth watch`, in the formats of Prometheus.

Defines a class for each subject, which counts the daemon's events, and `Metrics`, which has all of them. Labels hold no
record name and no secret: the number of series depends on zones, clusters and sources, not on names. Must not know the
page or the log.
"""
