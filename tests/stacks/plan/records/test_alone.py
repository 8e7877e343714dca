from __future__ import annotations

from dataclasses import replace

from stacks.model.values import RecordSet, Slot
from stacks.plan.records.alone import without_clashes
from tests.stacks.plan.worlds import make_settings

ZONE = make_settings().of_zone("example.com")
WWW = RecordSet(
    zone="example.com",
    zone_id="z",
    name="www.example.com",
    type="A",
    slots=(Slot(0, "192.0.2.1"),),
    ttl=1,
    proxied=False,
    comment="",
    mark_name="_truenorth-a.www.example.com",
    mark_content='"heritage=truenorth"',
)
ALIAS = replace(
    WWW,
    name="api.example.com",
    type="CNAME",
    slots=(Slot(0, "a.example.edu"),),
    mark_name="_truenorth-cname.api.example.com",
)
IN_PLACE_OF_MARK = replace(ALIAS, name=WWW.mark_name)


def kept(*planned: RecordSet, of_settings: tuple[RecordSet, ...] = ()) -> tuple[list[RecordSet], list[str]]:
    found, conflicts = without_clashes(planned, ZONE, {(one.name, one.type) for one in of_settings})
    return found, [f"{one.name} {one.type}" for one in conflicts]


def test_what_can_stand_together_does() -> None:
    assert kept(WWW, ALIAS) == ([WWW, ALIAS], [])


def test_an_alias_that_an_object_asks_for_gives_way_to_a_mark() -> None:
    assert kept(WWW, IN_PLACE_OF_MARK) == ([WWW], ["_truenorth-a.www.example.com CNAME"])


def test_an_alias_gives_way_to_other_records_of_its_name() -> None:
    beside = replace(ALIAS, name=WWW.name)
    assert kept(beside, WWW) == ([WWW], ["www.example.com CNAME"])


def test_a_name_of_the_settings_never_gives_way() -> None:
    beside = replace(ALIAS, name=WWW.name)
    assert kept(beside, WWW, of_settings=(beside,)) == ([beside], ["www.example.com A"])
    assert kept(IN_PLACE_OF_MARK, WWW, of_settings=(IN_PLACE_OF_MARK,))[0] == [IN_PLACE_OF_MARK]


def test_what_stands_in_the_zone_already_is_not_told_apart() -> None:
    both = replace(WWW, untouched=True), replace(ALIAS, name=WWW.name, untouched=True)
    assert kept(*both) == ([*both], [])


def test_an_alias_of_the_zone_itself_stands_beside_mail_where_the_provider_has_them() -> None:
    apex = replace(ALIAS, name="example.com")
    mail = replace(WWW, name="example.com", type="MX", slots=(Slot(0, "10 mail.example.com"),))
    assert kept(apex, mail)[1] == []
    assert kept(apex, replace(WWW, name="example.com"))[1] == ["example.com CNAME"]
