"""The webhook protocol of external-dns, version 1: its shapes, and a client of the providers that speak it.

Defines where a provider is (`connection`), what is said (`shapes`, `domains`, `endpoints`), how it is asked (`client`,
`together`), and changes of record sets that spare what others have written (`changes`). Must not know settings. The
other side, before which external-dns runs, is `cli.webhook`.
"""
