"""Components: all resources that are declared to Pulumi, and their values.

Rooms, the lower first: `records` (records and providers), `marks` (ownership marks, by names and contents of records),
`geo` (load balancing) and `operator` (the operator in a cluster). `urns` takes Pulumi's URNs apart, `plugin` serves the
components to programs in other languages.
Only this package imports provider SDKs. It must not know settings, observations or plans.
"""
