"""Templates of names and targets, in the safe part of Go's templates that external-dns documents. Pure.

Read `parse` first: it turns a text into a `Template`, whose parts an object then gives. Defines the values that a
template meets (`values`) and its functions (`functions`). Does not know Kubernetes or settings. Whoever runs the stack
writes the template, the owners of objects what it reads: neither can make it run for long, nor give much.
"""
