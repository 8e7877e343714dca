"""The settings of programs beside TrueNorth: Docker daemons that are read (`docker`), an external-dns (`external_dns`).

Does not ask any of them anything.
"""
