from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path
from typing import Any

import yaml

from stacks.model.values import Family, Known, Unknown
from stacks.observe.wan.agreement.answer import Answer
from stacks.observe.wan.agreement.consensus import agree, is_disagreement, settled
from stacks.observe.wan.sources.source import source
from stacks.settings.stack import parse

ROOT = Path(__file__).resolve().parents[2]


def settings_of(page: str) -> dict[str, Any]:
    """The settings that a page shows first, without their prefix."""
    text = (ROOT / page).read_text(encoding="utf-8").partition("```yaml\n")[2].partition("```")[0]
    return {key.removeprefix("truenorth:"): value for key, value in yaml.safe_load(text)["config"].items()}


def test_the_settings_for_users_of_esddns_keep_the_verification_by_http() -> None:
    wan = parse(settings_of("docs/moving/esddns.md"), {}, stack="home", where="settings").wan
    (stage,) = wan.stages()
    assert {spec.kind for spec in stage.specs} >= {"stun", "http"}
    stun, http = (next(one for one in stage.specs if one.kind == kind) for kind in ("stun", "http"))

    def said(spec: Any, address: str) -> Answer:  # noqa: ANN401 - a source of the settings
        return Answer(spec.name, spec.operator, Family.IPV4, Known(ip_address(address)), 0.1)

    first = said(stun, "203.0.113.7")
    rest = [source(spec, wan) for spec in stage.specs if spec != stun]
    assert not settled([first], rest, Family.IPV4, stage.agreement)
    assert isinstance(agree([first, said(http, "203.0.113.7")], Family.IPV4, stage.agreement), Known)
    contradicted = agree([first, said(http, "198.51.100.9")], Family.IPV4, stage.agreement)
    assert isinstance(contradicted, Unknown)
    assert is_disagreement(contradicted)
