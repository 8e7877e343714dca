"""However a name is written, the plan is the same, and a second one has nothing to do."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from components.records import international
from stacks.model.plan import Plan
from stacks.model.values import Known
from stacks.plan.changes import changes
from stacks.plan.desired.endpoints import endpoints
from stacks.plan.planner import make_plan
from stacks.settings.stack import parse
from tests.stacks.plan.worlds import applied, make_observation, make_settings

LABELS = st.lists(
    st.sampled_from(["bücher", "🐱", "straße", "日本", "нет", "www", "αβγ", "ünï"]), min_size=1, max_size=4, unique=True
)
FORMS = st.lists(st.sampled_from(["as it is", "upper", "punycode", "PUNYCODE"]), min_size=4, max_size=4)


def written(label: str, form: str) -> str:
    punycode = international.to_ascii(label)
    upper = label.upper() if international.to_ascii(label.upper()) == punycode else label
    return {"as it is": label, "upper": upper, "punycode": punycode, "PUNYCODE": punycode.upper()}[form]


def without_source(plan: Plan) -> list[tuple[object, ...]]:
    return [(one.name, one.type, one.slots, one.mark_name) for one in plan.record_sets]


@given(labels=LABELS, forms=FORMS)
def test_any_mixture_of_forms_gives_the_same_plan(labels: list[str], forms: list[str]) -> None:
    mixed = [written(*pair) for pair in zip(labels, forms, strict=False)]
    plain = [international.to_ascii(label) for label in labels]
    plan = make_plan(make_settings(*mixed), make_observation())
    assert without_source(plan) == without_source(make_plan(make_settings(*plain), make_observation()))
    live, owned = applied(plan)
    again = make_observation(live=live, owned=owned)
    assert changes(make_plan(make_settings(*mixed), again), again) == ()
    assert all(one.mark_content.isascii() for one in plan.record_sets)


def test_unicode_and_punycode_of_one_name_have_one_mark() -> None:
    one, other = (make_plan(make_settings(name), make_observation()) for name in ("BÜCHER", "xn--bcher-kva"))
    assert one == other


@given(forms=FORMS)
def test_hosts_and_zones_are_one_however_they_are_written(forms: list[str]) -> None:
    record = {"name": written("bücher", forms[0]), "type": "MX", "content": f"10 {written('mäil', forms[1])}"}
    zone = f"{written('münchen', forms[2])}.example"
    (settings,) = parse({"zone": zone, "records": [record]}, {}, stack="home", where="test").each_zone()
    (one,) = endpoints(settings, {})
    assert (one.name, one.targets) == (
        "xn--bcher-kva.xn--mnchen-3ya.example",
        Known(("10 xn--mil-qla.xn--mnchen-3ya.example",)),
    )
