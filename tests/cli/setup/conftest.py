"""A lab, and a new user's place in it: a project of their own, without any settings."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from lab.world import Places, running
from tests.cli.conftest import INHERITED


@dataclass(frozen=True)
class NewUser:
    """Somebody who has a token for the zone, and nothing else."""

    places: Places
    environment: Mapping[str, str]
    settings: Path


@pytest.fixture(scope="session")
def setup_places() -> Iterator[Places]:
    with running() as places:
        yield places


@pytest.fixture
def new_user(setup_places: Places, tmp_path: Path) -> NewUser:
    """With the lab's token for Cloudflare only; HOME is empty, so that there is no kubeconfig."""
    given = {key: os.environ[key] for key in INHERITED if key in os.environ}
    given |= {key: value for key, value in setup_places.environment().items() if not key.startswith("GANDI")}
    settings = tmp_path / "Pulumi.home.yaml"
    more = {"HOME": str(tmp_path), "TRUENORTH_SETTINGS": str(settings), "NO_COLOR": "1", "COLUMNS": "160"}
    return NewUser(setup_places, given | more, settings)
