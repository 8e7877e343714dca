"""A lab of its own, with a stack on it, for one part of the bench or one seed of a campaign."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml

from cli.session.open import open_session
from cli.session.session import Session
from lab import daemon
from lab.demo.environment import lab_environment, without_elsewhere
from lab.world import Places, Ports

STACK = "bench"


@dataclass(frozen=True, slots=True)
class Stage:
    """Where things are, and the environment to run commands in."""

    places: Places
    environment: Mapping[str, str]
    settings_file: Path

    def settings(self, names: Sequence[Mapping[str, object]], **others: object) -> None:
        """Write the stack's settings."""
        values = {"zone": self.places.zone, "names": [dict(name) for name in names], **others}
        document = {"config": {f"truenorth:{key}": value for key, value in values.items()}}
        self.settings_file.write_text(yaml.safe_dump(document), encoding="utf-8")

    def session(self) -> Session:
        """The stack with its settings as they are now."""
        return open_session(STACK, self.settings_file, self.environment)


@contextmanager
def stage() -> Iterator[Stage]:
    """Start a lab; stop it and remove all that it left behind."""
    folder = Path(tempfile.mkdtemp(prefix="truenorth-bench-"))
    try:
        lab = daemon.start(folder, Ports())
        alone = without_elsewhere(os.environ)
        yield Stage(lab.places, {**alone, **lab_environment(lab, alone)}, folder / f"Pulumi.{STACK}.yaml")
    finally:
        daemon.stop(folder)
        shutil.rmtree(folder)
