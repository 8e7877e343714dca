"""Reads what external-dns asks for by its webhook, a source of claims beside the clusters and the settings.

Defines the endpoints of requests as claims (`endpoints`), and what was asked for before, which state tells (`kept`).
Does not know HTTP, nor what becomes of a request.
"""
