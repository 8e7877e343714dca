"""Names the variables of several tokens: the tokens are compared with each other, and stored nowhere."""

from __future__ import annotations


def variable_of(token: str, tokens: list[str], usual: str) -> str:
    """Return the variable for a token: the usual one for the first of the tokens, a numbered one for a further one."""
    if token not in tokens:
        tokens.append(token)
    number = tokens.index(token) + 1
    return usual if number == 1 else f"{usual}_{number}"
