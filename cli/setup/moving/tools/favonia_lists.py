"""Reads the lists of Cloudflare's WAF that favonia's cloudflare-ddns keeps, into `address_lists`."""

from __future__ import annotations

from collections.abc import Mapping

from cli.setup.moving.draft import Draft

_LISTS = "WAF_LISTS"
_DESCRIPTION, _COMMENT = "WAF_LIST_DESCRIPTION", "WAF_LIST_ITEM_COMMENT"
_MANAGED = "MANAGED_WAF_LIST_ITEMS_COMMENT_REGEX"
_LENGTHS = {"IP4_DEFAULT_PREFIX_LEN": ("prefix4", 32), "IP6_DEFAULT_PREFIX_LEN": ("prefix6", 64)}
"""The variables with a prefix length, each with its setting and the longest one of a list."""
_SECRET = "it comes from a Secret: write address_lists yourself"  # noqa: S105 - a kind of Kubernetes object
VARIABLES = frozenset({_LISTS, _DESCRIPTION, _COMMENT, _MANAGED})


def lists(draft: Draft, variables: Mapping[str, str | None]) -> None:
    """Tell the variables about lists, and put the lists into the settings."""
    for name in sorted(VARIABLES & variables.keys()):
        if variables[name] is None:
            draft.lost(name, _SECRET)
    named = [one.strip() for one in (variables.get(_LISTS) or "").split(",") if one.strip()]
    description, comment = (variables.get(name) or "" for name in (_DESCRIPTION, _COMMENT))
    lengths = _lengths(draft, variables) if named else {}
    for one in named:
        account_id, slash, name = one.partition("/")
        if not slash:
            account_id, name = (variables.get("CF_ACCOUNT_ID") or "").strip(), one
        told = {"description": description} if description else {}
        entry = {"name": name, "account_id": account_id, **told, "comment": comment, **lengths}
        draft.carry(f"{_LISTS}: {one}", "address_lists[]", entry)
    for variable, what in ((_DESCRIPTION, "description"), (_COMMENT, "comment")):
        if variables.get(variable) is not None:
            draft.same(variable, f"{what} of each of address_lists" if named else "no list is kept")
    if variables.get(_MANAGED):
        how = "an item at an address of yours is taken over if its comment is that of the setting; others stay"
        draft.otherwise(_MANAGED, how)
    elif variables.get(_MANAGED) is not None:
        draft.same(_MANAGED, "empty here, too")


def _lengths(draft: Draft, variables: Mapping[str, str | None]) -> dict[str, int]:
    """Return the settings for the prefix lengths that are not the usual ones; a list takes none that is longer."""
    found: dict[str, int] = {}
    for variable, (setting, longest) in _LENGTHS.items():
        text = (variables.get(variable) or "").strip()
        if text.isascii() and text.isdigit() and int(text[:4]) < longest:
            found[setting] = int(text[:4])
            draft.same(f"{variable} of lists", f"{setting}: {found[setting]}")
    return found
