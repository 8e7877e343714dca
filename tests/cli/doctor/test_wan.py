from __future__ import annotations

import json

from cli.doctor.wan import wan
from lab.world import DOCUMENTATION_RANGES, Places
from stacks.model.values import WAN
from tests.cli.doctor.conftest import Admit, told


def asking(ward: Places, *more: str, **settings: object) -> dict[str, str]:
    """The lab's own sources, and more STUN servers."""
    accept = list(DOCUMENTATION_RANGES)
    values = {
        "stun": [ward.stun, *more],
        "http": [ward.http],
        "accept": accept,
        "attempts": 1,
        "timeout": 60,
        **settings,
    }
    return {"TRUENORTH_WAN": json.dumps(values)}


def test_sources_that_agree(ward: Places, admit: Admit) -> None:
    assert told(wan(admit(asking(ward)), WAN)) == [("ok", "ipv4: 203.0.113.7, by 2 of 2 sources")]


def test_a_source_that_is_silent_is_told_though_the_others_agree(ward: Places, admit: Admit) -> None:
    (well, ill) = told(wan(admit(asking(ward, "127.0.0.1:9")), WAN))
    assert well == ("ok", "ipv4: 203.0.113.7, by 2 of 3 sources")
    assert (ill[0], ill[1].startswith("ipv4: the source ")) == ("warning", True)
    assert "127.0.0.1:9" in ill[1]


def test_too_few_answers_are_a_failure_where_a_name_needs_the_address(ward: Places, admit: Admit) -> None:
    nothing = {"mode": "stun", "stun": ["127.0.0.1:9"], "agreement": 1}
    ((level, what),) = told(wan(admit(asking(ward, **nothing)), WAN))
    assert (level, what.startswith("ipv4: unknown: ")) == ("failed", True)
    ((level, _),) = told(wan(admit(asking(ward, **nothing), names=[{"name": "www", "targets": ["192.0.2.1"]}]), WAN))
    assert level == "warning"


def test_detection_that_is_switched_off_is_somebodys_wish(admit: Admit) -> None:
    ((level, what),) = told(wan(admit({"TRUENORTH_WAN": '{"mode": "list", "sources": ["none"]}'}), WAN))
    assert (level, "detection is switched off" in what) == ("warning", True)
