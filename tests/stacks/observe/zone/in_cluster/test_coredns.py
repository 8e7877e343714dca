"""The listing of a zone in a ConfigMap, and the records that state notes."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.coredns.names import ZONE as ANNOTATION
from components.coredns.zone_file import render
from components.zone_set import ZoneSet
from stacks.model.errors import ObservationError, ProviderRefused, UserError
from stacks.observe.zone.in_cluster import coredns
from stacks.settings.credentials import Credentials

ZONE = "house.example"
OURS = {"metadata": {"annotations": {ANNOTATION: f"{ZONE}@inside"}}}
FILE = render(ZONE, [ZoneSet(ZONE, "nas", "A", 300, ("192.168.1.20",))], "", 1.0)
URN = f"urn:pulumi:test::truenorth::truenorth:dns:OwnedRecord$truenorth:coredns:Record::nas.{ZONE}@inside/A"


@contextmanager
def answering(code: int, body: object) -> Iterator[str]:
    """An API server that says the same to each question; its URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            text = json.dumps(body).encode()
            self.send_response(code)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class calls it so
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def given(folder: Path, url: str, context: str = "") -> Credentials:
    file = folder / "kubeconfig"
    document = {
        "current-context": "home",
        "contexts": [{"name": "home", "context": {"cluster": "home", "user": "one"}}],
        "clusters": [{"name": "home", "cluster": {"server": url}}],
        "users": [{"name": "one", "user": {"token": "sesame"}}],
    }
    file.write_text(yaml.safe_dump(document))
    place = (str(file), context, "kube-system", "house", "zone.db", f"{ZONE}@inside")
    return Credentials(place=place)


def asked(folder: Path, code: int, body: dict[str, Any]) -> Any:  # noqa: ANN401 - a snapshot, or what it raises
    with answering(code, body) as url:
        return coredns.snapshot(given(folder, url), ZONE, ZONE)


def test_a_snapshot_has_the_sets_of_the_file_with_its_text(tmp_path: Path) -> None:
    found = asked(tmp_path, 200, {**OURS, "data": {"zone.db": FILE, "other": "x"}})
    assert [(one.id, one.record.content) for one in found.records] == [(f"{ZONE}/nas/A", "192.168.1.20")]
    assert (found.zone_id, found.file) == (ZONE, FILE)


@pytest.mark.parametrize(("code", "body"), [(404, {"message": "not found"}), (200, {**OURS, "data": {"other": "x"}})])
def test_a_zone_without_a_file_yet_is_empty(tmp_path: Path, code: int, body: dict[str, Any]) -> None:
    found = asked(tmp_path, code, body)
    assert (found.records, found.file) == ((), "")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"metadata": {"name": "house"}, "data": {"zone.db": FILE}}, "is somebody else's: it is left as it is"),
        ({"metadata": {"annotations": {ANNOTATION: "b.example@inside"}}}, "is that of the zone 'b.example@inside'"),
        ({"metadata": {"annotations": {ANNOTATION: ["x"]}}}, "is somebody else's"),
        ({**OURS, "data": {"zone.db": "nonsense"}}, "the file of the zone cannot be read"),
    ],
)
def test_what_is_not_ours_or_no_zone_is_refused(tmp_path: Path, body: dict[str, Any], reason: str) -> None:
    with pytest.raises(ProviderRefused, match=reason) as raised:
        asked(tmp_path, 200, body)
    assert "kube-system/house" in str(raised.value)


def test_a_user_without_the_right_is_told_which_it_takes(tmp_path: Path) -> None:
    with pytest.raises(ProviderRefused, match="403") as raised:
        asked(tmp_path, 403, {"message": "configmaps is forbidden"})
    assert "let the user get and patch this ConfigMap" in str(raised.value)


def test_a_server_that_is_overloaded_or_gone_decides_nothing(tmp_path: Path) -> None:
    with pytest.raises(ObservationError, match="could not be read"):
        asked(tmp_path, 500, {"message": "etcd is away"})
    with answering(200, OURS) as url:
        pass
    with pytest.raises(ObservationError, match="kube-system/house could not be read"):
        coredns.snapshot(given(tmp_path, url), ZONE, ZONE)


def test_a_context_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="has no context gone"):
        coredns.snapshot(given(tmp_path, "http://127.0.0.1:1", "gone"), ZONE, ZONE)


def test_the_zone_is_visible_by_its_name_alone(tmp_path: Path) -> None:
    with answering(200, OURS) as url:
        credentials = given(tmp_path, url)
        assert [one.id for one in coredns.visible_zones(credentials, ZONE)] == [ZONE]
        assert coredns.visible_zones(credentials, "") == []


def test_a_note_in_state_is_the_record_that_a_listing_shows(tmp_path: Path) -> None:
    inputs = {"zone": ZONE, "name": "nas", "type": "A", "ttl": 300.0, "values": ["192.168.1.20"]}
    found = coredns.registered({"urn": URN, "inputs": inputs})
    (live,) = asked(tmp_path, 200, {**OURS, "data": {"zone.db": FILE}}).records
    assert (found.id, found.record, found.provider) == (live.id, live.record, "coredns")
