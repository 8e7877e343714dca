"""Resources registered without their SDKs, held against the SDKs' own classes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pulumi
import pulumi_cloudflare
import pulumiverse_gandi
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.records import canonical_content, cloudflare, gandi
from components.records.logical_name import MARK, LogicalName
from components.records.providers import PROVIDERS
from components.records.record import Record
from components.records.record_set import RecordSetArgs, declare
from tests.components import sdk
from tests.components.recorder import registered

if TYPE_CHECKING:
    from tests.components.conftest import World

CONTENTS = {
    "A": "192.0.2.1",
    "AAAA": "2001:db8::1",
    "CNAME": "www.example.net",
    "MX": "10 mail.example.net",
    "SRV": "0 5 5060 sip.example.net",
    "CAA": '0 issue "ca.example.net"',
    "TXT": '"v=spf1 -all"',
}
NOTED = ("sourcePosition", "stackTrace")
"""Where in the program a resource was made, which is not told of ours."""

records = st.builds(
    lambda kind, ttl, proxied, comment, tags: Record(
        "www.example.com", kind, canonical_content.content(kind, CONTENTS[kind]), ttl, proxied, comment, tags
    ),
    st.sampled_from(sorted(CONTENTS)),
    st.integers(1, 86_400),
    st.booleans(),
    st.sampled_from(["", "a comment", "heritage=truenorth"]),
    st.sampled_from([(), ("team:dns",), ("a", "b:c")]),
)


def compared(request: Any) -> Any:  # noqa: ANN401 - a message of the protocol
    """A request without what is known to differ."""
    for field in (*NOTED, "aliases"):
        request.ClearField(field)
    return request


def options(parent: pulumi.Resource, **others: Any) -> pulumi.ResourceOptions:  # noqa: ANN401 - Pulumi's own
    """As an owned record has them."""
    return pulumi.ResourceOptions(parent=parent, delete_before_replace=True, **others)


def requests_of(module: Any, provider: Any, record: Record, **others: Any) -> list[Any]:  # noqa: ANN401 - of either
    """What is registered of a component with one record and an explicit provider."""

    def program() -> None:
        made = provider("cloudflare/OTHER_TOKEN", {"OTHER_TOKEN": "CLOUDFLARE_API_TOKEN"})
        parent = pulumi.ComponentResource("truenorth:dns:OwnedRecord", "www", None)
        mark = module("mark", record, "example.com", options(parent))
        module("www", record, "example.com", options(parent, depends_on=[mark], provider=made, **others))

    return registered(program)


class TestTheRequest:
    """What the engine is asked to register is what the SDK's class asks for."""

    @settings(deadline=None, max_examples=60)
    @given(records, st.sampled_from([{}, {"import_": "zone/id"}, {"ignore_changes": cloudflare.INPUTS}]))
    def test_of_a_record_at_cloudflare(self, record: Record, others: dict[str, Any]) -> None:
        theirs = requests_of(sdk.cloudflare_record, sdk.cloudflare_provider, record, **others)
        ours = requests_of(cloudflare.declare, cloudflare.provider, record, **others)
        assert len(ours) == 4
        assert [compared(one) for one in ours] == [compared(one) for one in theirs]

    @settings(deadline=None, max_examples=60)
    @given(records, st.sampled_from([{}, {"import_": "zone/id"}, {"ignore_changes": gandi.INPUTS}]))
    def test_of_a_record_set_at_gandi(self, record: Record, others: dict[str, Any]) -> None:
        theirs = requests_of(sdk.gandi_record, sdk.gandi_provider, record, **others)
        ours = requests_of(gandi.declare, gandi.provider, record, **others)
        assert len(ours) == 4
        assert [compared(one) for one in ours] == [compared(one) for one in theirs]

    def test_lacks_only_the_name_of_version_5_and_the_place_in_the_program(self) -> None:
        record = Record("www.example.com", "A", "192.0.2.1", 300, proxied=False, comment="")
        (*_, theirs) = requests_of(sdk.cloudflare_record, sdk.cloudflare_provider, record)
        (*_, ours) = requests_of(cloudflare.declare, cloudflare.provider, record)
        assert [one.spec.type for one in theirs.aliases] == ["cloudflare:index/record:Record"]
        assert not ours.aliases
        assert theirs.stackTrace.frames
        assert not ours.stackTrace.frames
        assert not ours.HasField("sourcePosition")

    def test_names_the_plugin_and_where_it_is_downloaded_from(self) -> None:
        record = Record("www.example.com", "A", "192.0.2.1", 300, proxied=False, comment="")
        (provider, *_, ours) = requests_of(gandi.declare, gandi.provider, record)
        assert (ours.version, ours.pluginDownloadURL) == ("2.3.2", "github://api.github.com/pulumiverse")
        assert provider.additionalSecretOutputs == ["key", "personalAccessToken"]


@pytest.mark.parametrize(("provider", "sdk"), [("cloudflare", pulumi_cloudflare), ("gandi", pulumiverse_gandi)])
def test_the_release_of_a_package_is_that_of_the_sdk_which_is_pinned(provider: str, sdk: ModuleType) -> None:
    manifest = json.loads((Path(str(sdk.__file__)).parent / "pulumi-plugin.json").read_text())
    known = PROVIDERS[provider]
    assert (known.name, known.version, known.server) == (manifest["name"], manifest["version"], manifest.get("server"))


PROGRAM = """
import sys
from stacks.program import program
from components.records.record_set import component_of
component_of("cloudflare"), component_of("gandi")
print(*(name for name in ("pulumi", "pulumi_cloudflare", "pulumiverse_gandi") if name in sys.modules))
"""


def test_a_program_of_records_alone_imports_no_sdk() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["pulumi"]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_records_are_declared_where_no_sdk_is_installed(provider: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for sdk_of_one in ("pulumi_cloudflare", "pulumi_kubernetes", "pulumiverse_gandi"):
        monkeypatch.setitem(sys.modules, sdk_of_one, None)
    record = Record("www.example.com", "A", "192.0.2.1", 300, proxied=False, comment="")
    args = RecordSetArgs(provider, "example.com", record.name, "A", {"www.example.com/A": record})
    assert [one.type for one in registered(lambda: void(declare(args)))] == [
        "truenorth:dns:OwnedRecord",
        PROVIDERS[provider].type_token,
    ]


def void(_: object) -> None:
    """What a program returns."""


def state(world: World) -> dict[str, dict[str, Any]]:
    """The resources in state by URN, without where in the program they were made."""
    resources = (world.stack.export_stack().deployment or {})["resources"]
    return {one["urn"]: {key: value for key, value in one.items() if key not in NOTED} for one in resources}


@pytest.mark.engine
def test_a_stack_of_the_sdks_class_is_left_as_it_is_and_back(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def program() -> None:
        for kind, content in CONTENTS.items():
            name = f"{kind.lower()}.example.com"
            comment = "heritage=truenorth" if kind == "A" else ""
            found = {name: Record(name, kind, canonical_content.content(kind, content), 300, False, comment)}  # noqa: FBT003 - proxied
            found[str(LogicalName(name, kind, MARK))] = Record(
                f"mark-{name}", "TXT", '"mark"', 300, proxied=False, comment=""
            )
            declare(RecordSetArgs("cloudflare", world.zone, name, kind, found))

    with monkeypatch.context() as before:
        before.setattr(cloudflare, "declare", sdk.cloudflare_record)
        made = world.up(program)
        assert len(made.changed) == 2 * len(CONTENTS)
        of_the_sdk = state(world)
    lean = world.up(program)
    assert (lean.changed, lean.calls, lean.differences) == ({}, [], {})
    assert state(world) == of_the_sdk
    with monkeypatch.context() as after:
        after.setattr(cloudflare, "declare", sdk.cloudflare_record)
        back = world.up(program)
    assert (back.changed, back.calls, back.differences) == ({}, [], {})
    assert state(world).keys() == of_the_sdk.keys()
