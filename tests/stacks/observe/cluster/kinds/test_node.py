from __future__ import annotations

from typing import Any

from stacks.model.values import Unknown
from stacks.observe.cluster.claims.source import Options
from tests.stacks.observe.cluster.worlds import claims, complaints, manifest, targets

NAME = "one.example.com"
ADDRESSES = (("InternalIP", "10.0.0.1"), ("ExternalIP", "192.0.2.1"), ("Hostname", "one"))


def node(
    name: str = NAME,
    addresses: tuple[tuple[str, str], ...] = ADDRESSES,
    annotations: dict[str, str] | None = None,
    **spec: Any,  # noqa: ANN401 - a manifest's fields
) -> dict[str, Any]:
    listed = [{"type": kind, "address": address} for kind, address in addresses]
    return manifest("Node", name, spec, status={"addresses": listed}, annotations=annotations)


def found(*items: dict[str, Any], options: Options | None = None) -> dict[str, object]:
    return targets(claims("node", *items, options=options))


def test_a_node_has_its_name_at_its_external_addresses() -> None:
    assert found(node()) == {f"{NAME} A": ("192.0.2.1",)}


def test_a_node_without_external_addresses_has_the_internal_ones() -> None:
    inner = (("InternalIP", "10.0.0.1"), ("InternalIP", "fd00::1"))
    assert found(node(addresses=inner)) == {f"{NAME} A": ("10.0.0.1",), f"{NAME} AAAA": ("fd00::1",)}


def test_the_addresses_of_a_node_without_any_are_unknown() -> None:
    assert found(node(addresses=())) == {f"{NAME} None": Unknown}


def test_a_name_that_is_not_in_full_is_in_no_zone() -> None:
    assert found(node("one")) == {}


def test_the_annotation_names_it_instead() -> None:
    assert found(node("one", annotations={"truenorth/hostname": "a.example.com"})) == {
        "a.example.com A": ("192.0.2.1",)
    }


def test_the_target_annotation_comes_first() -> None:
    said = node(annotations={"external-dns.alpha.kubernetes.io/target": "192.0.2.9"})
    assert found(said) == {f"{NAME} A": ("192.0.2.9",)}


def test_a_bad_annotation_keeps_what_it_has() -> None:
    one = claims("node", node(annotations={"truenorth/ttl": "x"}))
    assert targets(one) == {f"{NAME} None": Unknown}
    assert [str(complaint.object) for complaint in complaints(one)] == [f"Node {NAME} in home"]


def test_one_that_is_cordoned_counts_only_where_the_settings_say_so() -> None:
    assert found(node(unschedulable=True)) == {}
    assert len(found(node(unschedulable=True), options=Options(cordoned_nodes=True))) == 1


def test_one_of_another_controller_or_without_a_content_mode_that_is_asked_for_is_left_alone() -> None:
    assert found(node(annotations={"external-dns.kubernetes.io/controller": "another"})) == {}
    assert found(node(), options=Options(opt_in=True)) == {}
    asked = node(annotations={"truenorth/content-mode": "gateway-address"})
    assert len(found(asked, options=Options(opt_in=True))) == 1


def test_a_cache_that_has_not_synced_is_unknown() -> None:
    assert isinstance(claims("node", node(), unsynced=("Node",)), Unknown)
