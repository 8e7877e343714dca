"""Facts, and the messages to people that are made of them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from cli.findings.finding import Finding
from components.plain_text import cut
from components.records.international import readable
from stacks.plan.changes import Change
from stacks.settings.watch import NotifiedOf

Severity = Literal["info", "success", "warning", "failure"]
LINES = 20
"""Facts that are told one by one; of more only the number is."""
LONGEST_LINE = 400
LONGEST_TEXT = 1500
"""Characters of a fact that stands alone: the strictest services take messages of four thousand."""
_MENTION = re.compile(r"((?<![^\W_])@(?=\w)|@(?=everyone|here)|<(?=[!@#]))")
"""@everyone and @channel; <!here>, <@U024BE7LH> and <#C024BE7LR> of Slack and Discord. No address of mail."""
_WORD_JOINER = "\u2060"
_SEVERITIES: Mapping[NotifiedOf, Severity] = {
    "change": "info",
    "conflict": "warning",
    "disagreement": "warning",
    "failure": "failure",
    "recovery": "success",
    "refusal": "warning",
    "leadership": "info",
}
_OF_SEVERAL: Mapping[NotifiedOf, str] = {
    "change": "{} records have changed",
    "conflict": "{} names are held by others",
    "disagreement": "the sources of {} addresses disagree",
    "failure": "{} things fail",
    "recovery": "{} things work again",
    "refusal": "{} runs were refused",
    "leadership": "the leader has changed {} times",
}


@dataclass(frozen=True, slots=True)
class Fact:
    """A finding to notify people of.

    subject: the thing that the finding is about; of one subject not everything is told. change: the change of a record,
    so that several changes of it can be told as one.
    """

    kind: NotifiedOf
    subject: str
    finding: Finding
    change: Change | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """A message, short and the same to everybody."""

    kind: NotifiedOf
    severity: Severity
    title: str
    body: str


def message(stack: str, facts: Sequence[Fact]) -> Message:
    """Return one message of one or more facts of one kind."""
    first = facts[0]
    if len(facts) == 1:
        title, lines = (
            cut(first.finding.title, LONGEST_LINE),
            [cut(first.finding.why or first.finding.sentence, LONGEST_TEXT)],
        )
    else:
        title = _OF_SEVERAL[first.kind].format(len(facts))
        longest = min(LONGEST_LINE, LONGEST_TEXT * 2 // len(facts[:LINES]))
        lines = [cut(fact.finding.sentence, longest) for fact in facts[:LINES]]
        if len(facts) > LINES:
            lines.append(f"and {len(facts) - LINES} more")
    lines += dict.fromkeys(cut(fact.finding.do, LONGEST_LINE) for fact in facts if fact.finding.do)
    title, body = (_unmentioned(readable(text, keep="\n")) for text in (title, "\n".join(lines)))
    return Message(first.kind, _SEVERITIES[first.kind], f"TrueNorth {stack}: {title}", body)


def _unmentioned(text: str) -> str:
    """Return the text with an empty character in what a chat service would take for the name of people to call."""
    return _MENTION.sub(rf"\1{_WORD_JOINER}", text)
