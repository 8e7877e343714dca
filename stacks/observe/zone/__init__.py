"""The zones of DNS providers, read over the providers' APIs and through the zones' name servers.

Defines one module for each provider, registered in `providers`: a listing of a zone's records, the records of resources
in state, the zones that a token can see. `confirmation` asks name servers for written records. Does not write anything.
Does not decide which records must be there: that is `stacks.plan`.
"""
