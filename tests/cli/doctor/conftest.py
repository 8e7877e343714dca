"""Stacks on a lab of their own, to be made ill."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from cli.doctor import clock
from cli.doctor.context import Examined
from cli.doctor.finding import DoctorFinding
from cli.engine.install.find import Engine
from lab import remote
from lab.world import Places, running
from stacks.observe.project import read_project
from stacks.settings.files import from_file
from tests.cli.conftest import ROOT, STACK, Inside, settle

Admit = Callable[..., Examined]
"""Makes a patient of settings; environment: what differs there from the lab's."""


@pytest.fixture(scope="session")
def ward_places() -> Iterator[Places]:
    """A lab with a zone on the Free plan, too, and one that is not served yet."""
    with running() as places:
        remote.add_zone(places, "free.example", plan="free")
        remote.add_zone(places, "new.example", status="pending")
        yield places


@pytest.fixture
def ward(ward_places: Places, monkeypatch: pytest.MonkeyPatch) -> Places:
    """The lab without faults, and without records, which a busy machine may take long to answer."""
    monkeypatch.setattr(clock, "TIMEOUT", 60.0)
    remote.set_faults(ward_places, [])
    remote.gandi_faults(ward_places, [])
    for record in remote.records(ward_places):
        remote.delete_record(ward_places, record["id"])
    return ward_places


@pytest.fixture
def admit(ward: Places, tmp_path: Path) -> Admit:
    def admitted(environment: Mapping[str, str] | None = None, **settings: Any) -> Examined:  # noqa: ANN401 - any setting
        file = tmp_path / f"Pulumi.{STACK}.yaml"
        values = {"zone": ward.zone, "names": ["www"], **settings}
        file.write_text(yaml.safe_dump({"config": {f"truenorth:{key}": value for key, value in values.items()}}))
        given = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), **ward.environment(), **(environment or {})}
        return Examined(read_project(ROOT), STACK, file, from_file(file, given, STACK), given)

    return admitted


def told(findings: Any) -> list[tuple[str, str]]:  # noqa: ANN401 - findings, however they come
    """Levels and texts; whatever is not well says where, and what to do."""
    found: list[DoctorFinding] = list(findings)
    for one in found:
        assert bool(one.do) == (one.level.value != "ok"), one
        assert one.where or one.level.value == "ok", one
    return [(one.level.value, one.what) for one in found]


PATIENTLY = ("--timeout", "240")
"""A busy machine takes long for a look that takes a second."""


@dataclass(frozen=True)
class Ward:
    """`truenorth doctor` on a stack, with the real engine."""

    inside: Inside

    def findings(self, *arguments: str, **changes: str) -> dict[str, list[tuple[str, str]]]:
        """The levels and texts of all findings, by what they are about; the exit code fits them."""
        done = self.inside.run("doctor", "--json", *PATIENTLY, *arguments, without=(), **changes)
        assert "Traceback" not in done.stderr, done.stderr
        document: dict[str, Any] = json.loads(done.stdout)
        assert done.returncode == (1 if document["counts"]["failed"] else 0), done.stdout + done.stderr
        found: dict[str, list[tuple[str, str]]] = {}
        for one in document["findings"]:
            found.setdefault(one["about"], []).append((one["level"], one["what"]))
        return found


@pytest.fixture
def stack(ward: Places, engine: Engine, plugin_folder: Path, tmp_path: Path) -> Ward:
    """A stack with one name, that is well."""
    inside = settle(ward, engine, plugin_folder, tmp_path)
    inside.settings("www")
    return Ward(inside)
