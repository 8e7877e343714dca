"""Components: all resources that are declared to Pulumi, and their values.

Rooms, the lower first: `records` (records and providers), `marks` (ownership marks, by names and contents of records),
`geo` (load balancing) and `operator` (the operator in a cluster). `urns` takes Pulumi's URNs apart, `owned_record` is
the component of records for programs of a person's own.
Only this package imports provider SDKs. It must not know settings, observations or plans.
"""
