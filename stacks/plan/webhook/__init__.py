"""Decides what becomes of the claims of external-dns's webhook. Pure.

Defines the endpoints that claims become (`resolved`), the records that move in (`moving`), and what a convergence has
left undone (`undone`). Does not know the protocol.
"""
