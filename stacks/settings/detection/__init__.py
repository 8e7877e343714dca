"""Settings of single sources of addresses, and the secrets that the environment has for them.

Read `web_source` first: a web service with headers and an expression. Defines the entries of `wan.sources` and
`wan.http` that are no text, and where their secrets come from. Does not know how a source is asked.
"""
