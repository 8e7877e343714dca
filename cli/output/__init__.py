"""Tables, lines and JSON documents that commands print.

Defines how a finding looks on a terminal (`tables.line`), the tables of records, load balancers, sources and
detections, the live view of an engine run, and the documents of `--json`. Words come from `cli.findings`; style is
added here, with `cli.terminal` and never with markup. Knows neither the daemon nor its listeners.
"""
