"""Resources registered without their SDKs, held against the SDKs' own classes."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pulumi
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.records import canonical_content, cloudflare, gandi, official
from components.records.logical_name import MARK, LogicalName
from components.records.owned_record import OwnedRecordArgs, declare
from components.records.record import Record
from tests.components import sdk

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

    return sdk.registered(program)


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

    def test_names_the_plugin_that_the_installed_sdk_is_made_for(self) -> None:
        record = Record("www.example.com", "A", "192.0.2.1", 300, proxied=False, comment="")
        (provider, *_, ours) = requests_of(gandi.declare, gandi.provider, record)
        assert (ours.version, ours.pluginDownloadURL) == ("2.3.2", "github://api.github.com/pulumiverse")
        assert provider.additionalSecretOutputs == ["key", "personalAccessToken"]

    def test_cannot_be_made_without_the_sdk(self) -> None:
        with pytest.raises(ModuleNotFoundError, match="pulumi_nowhere"):
            official.package("pulumi_nowhere")


PROGRAM = """
import sys
from stacks.program import program
from components.records.owned_record import component_of
component_of("cloudflare"), component_of("gandi")
print(*(name for name in ("pulumi", "pulumi_cloudflare", "pulumiverse_gandi") if name in sys.modules))
"""


def test_a_program_of_records_alone_imports_no_sdk() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["pulumi"]


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
            declare(OwnedRecordArgs("cloudflare", world.zone, name, kind, found))

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
