"""Checks the sources of WAN addresses: whether they can be reached, and agree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from cli.doctor.context import Examined
from cli.doctor.finding import DoctorFinding, failed, ok, warning
from stacks.model.values import Family, Known, Unknown
from stacks.observe.wan.agreement.answer import Answer
from stacks.observe.wan.agreement.consensus import agree, outvoted
from stacks.observe.wan.sources.deadline import Deadline
from stacks.observe.wan.sources.source import build
from stacks.settings.wan import WanSettings


def wan(examined: Examined, link: str) -> Iterator[DoctorFinding]:
    """Ask every source of a link, and wait for each: a detection ends as soon as enough agree.

    Too few answers are a failure where a name needs the address; objects of clusters may, too, which is not known here.
    """
    settings = examined.settings.wan.of_link(link)
    about = f"link {link}" if link else "WAN address"
    answers = _answers(settings)
    is_off = all(spec.kind == "none" for stage in settings.stages() for spec in stage.specs)
    needed = link in examined.settings.asked_links() and not is_off
    for family in map(Family, settings.families):
        asked = [one for one in answers if one.family is family]
        yield from _judged(about, family, asked, agree(asked, family, settings.agreement), needed=needed)


def _answers(settings: WanSettings) -> list[Answer]:
    sources = [source for stage in settings.stages() for source in build(settings, stage)]
    families = [Family(family) for family in settings.families]
    deadline = Deadline(settings.timeout)
    with ThreadPoolExecutor(max_workers=max(1, len(sources) * len(families)), thread_name_prefix="doctor") as pool:
        asked = [pool.submit(source.detect, family, deadline) for source in sources for family in families]
        return [one.result() for one in asked]


def _judged(
    about: str, family: Family, answers: Sequence[Answer], agreed: Known[object] | Unknown, *, needed: bool
) -> Iterator[DoctorFinding]:
    silent = [one for one in answers if isinstance(one.result, Unknown)]
    detect = "`truenorth detect` shows who says what"
    against = outvoted(answers, family) if isinstance(agreed, Known) else ()
    if isinstance(agreed, Known):
        agreeing = [one for one in answers if one not in against and one not in silent]
        addresses = sorted({str(address) for one in agreeing for address in one.addresses})
        yield ok(about, f"{family.value}: {', '.join(addresses)}, by {len(agreeing)} of {len(answers)} sources")
    else:
        do = f"let STUN (UDP 3478 and 19302) and HTTPS out, or choose other sources (truenorth:wan); {detect}"
        told = failed if needed else warning
        yield told(about, f"{family.value}: unknown: {agreed.reason}", "truenorth:wan", do)
    for one in against:
        said = ", ".join(map(str, one.addresses))
        reason = f"{family.value}: the source {one.source} says {said}, and is outvoted by the others"
        yield warning(about, reason, one.source, f"take it out of truenorth:wan, if it goes on; {detect}")
    for one in silent if isinstance(agreed, Known) else ():
        do = f"let it through, or take it out of truenorth:wan; {detect}"
        reason = one.result.reason if isinstance(one.result, Unknown) else ""
        yield warning(about, f"{family.value}: the source {one.source} is of no use: {reason}", one.source, do)
