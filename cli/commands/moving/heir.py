"""The options of the tool to which records are given: its owner id, and the names of its marks."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Annotated

import typer

from cli.commands.moving.takeover import full_names

if TYPE_CHECKING:
    from collections.abc import Iterable

    from components.marks.external_dns import Affix
    from stacks.plan.release.receiver import CloudflareDdns, Receiver
    from stacks.settings.stack import Settings

Given = tuple[str | None, str | None, str | None]
"""Prefix, suffix and wildcard replacement; None where the option was left out."""


class Heir(Enum):
    """The tools that records can be given to, and nobody."""

    EXTERNAL_DNS = "external-dns"
    CLOUDFLARE_DDNS = "cloudflare-ddns"
    NOBODY = "nobody"


_OWNERS = {
    Heir.EXTERNAL_DNS: "say --to-owner ID: its --txt-owner-id; default where it is told none",
    Heir.CLOUDFLARE_DDNS: "say --to-owner POD: the name of the pod that is to go on, as `kubectl get pods` has it",
}
ToOwner = Annotated[
    str,
    typer.Option(
        "--to-owner",
        help="Its owner id: external-dns is told it by --txt-owner-id; of cloudflare-ddns the name of its pod.",
    ),
]
ToPrefix = Annotated[
    str | None, typer.Option("--to-txt-prefix", help="Its --txt-prefix; else as the setting external_dns says.")
]
ToSuffix = Annotated[str | None, typer.Option("--to-txt-suffix", help="Its --txt-suffix; likewise.")]
ToWildcard = Annotated[
    str | None, typer.Option("--to-txt-wildcard-replacement", help="Its --txt-wildcard-replacement; likewise.")
]
ToCluster = Annotated[
    str, typer.Option("--cluster", help="Its cluster, where the stack has several: what others ask for stays.")
]
ToName = Annotated[
    list[str] | None,
    typer.Option("--name", help="Give this name too, although no object asks for it; repeat for more."),
]


def receiver_asked(
    heir: Heir, settings: Settings, owner: str, given: Given, cluster: str, names: Iterable[str]
) -> Receiver | None:
    """Return the receiver that these options ask for; None for nobody. Raises UserError."""
    from stacks.model.errors import UserError
    from stacks.plan.release.receiver import ExternalDns

    wanted = full_names(names, settings)
    if heir is Heir.NOBODY:
        if owner or cluster or wanted or any(given):
            raise UserError(
                "records that are let go are nobody's", "--to nobody", "leave the options of external-dns out"
            )
        return None
    if not owner:
        raise UserError(f"{heir.value} knows its records by its owner id", "--to-owner", _OWNERS[heir])
    try:
        if heir is Heir.CLOUDFLARE_DDNS:
            return _cloudflare_ddns(settings, owner, wanted, is_plain=not (cluster or any(given)))
        return ExternalDns(owner, _affix(settings, given), _cluster(settings, cluster), wanted)
    except ValueError as error:
        raise UserError(str(error), "--to-owner", f"write it as {heir.value} has it") from None


def _cloudflare_ddns(settings: Settings, owner: str, wanted: frozenset[str], *, is_plain: bool) -> CloudflareDdns:
    """Return a cloudflare-ddns for these names and for names of the settings at the machine's WAN address.

    is_plain: whether no option is given that it does not have. Raises UserError, and ValueError for the owner.
    """
    from stacks.model.errors import UserError
    from stacks.plan.release.receiver import CloudflareDdns

    if not is_plain:
        what, do = "cloudflare-ddns has no cluster and no options for its marks", "leave them out"
        raise UserError(what, "--to cloudflare-ddns", do)
    zones = (zone for zone in settings.each_zone() if zone.provider == "cloudflare")
    following = {
        zone.fqdn(name) for zone in zones for name in zone.names if not (name.targets or name.links or name.host6)
    }
    return CloudflareDdns(owner, wanted | following)


def _affix(settings: Settings, given: Given) -> Affix:
    """Return the affix in the options, else the one of the settings. Raises UserError."""
    from components.marks.external_dns import Affix
    from stacks.model.errors import UserError

    if any(one is not None for one in given):
        prefix, suffix, wildcard = (one or "" for one in given)
        try:
            return Affix(prefix, suffix, wildcard)
        except ValueError as error:
            raise UserError(str(error), "--to-txt-prefix", "write what external-dns was started with") from None
    several = settings.external_dns
    if len(several) != 1:
        do = 'say --to-txt-prefix, --to-txt-suffix or --to-txt-wildcard-replacement, "" for none'
        raise UserError("the settings name several external-dns, with other names of marks", "external_dns", do)
    return several[0].affix()


def _cluster(settings: Settings, chosen: str) -> str | None:
    """Return the cluster in the options; None where there is one at most. Raises UserError."""
    from components.plain_text import quoted
    from stacks.model.errors import UserError

    clusters = [one.name for one in settings.each_cluster()]
    if chosen in clusters:
        return chosen
    if not chosen and len(clusters) < 2:  # noqa: PLR2004 - several
        return None
    there = f"one of {', '.join(clusters)}" if any(clusters) else "leave it out: the clusters have no names"
    what = f"there is no cluster {quoted(chosen)}" if chosen else "an external-dns deletes what its own cluster lacks"
    raise UserError(what, "--cluster", f"say which cluster is its own: {there}")
