"""DNS records: their values, canonical forms and logical names, and their resources at each provider.

Defines `Record`, `LogicalName`, canonical names and contents, the table of providers, and the component of a record set
(`record_set`) with one module for each provider's resource.
Must not know how marks are named or worded: a mark is a TXT record like any other here.
"""
