"""Checkpoints as the engine writes them, and a session whose state lies in a folder."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from cli.engine.install.find import Engine
from cli.events import Mended
from cli.session.session import Session
from cli.state.store import PulumiBackend
from stacks.observe.project import Project
from tests.stacks.plan.worlds import make_settings

VERSION = "v3.256.0"
MANIFEST = {"time": "2026-11-21T01:00:00.5Z", "magic": hashlib.sha256(VERSION.encode()).hexdigest(), "version": VERSION}
STACK_URN = "urn:pulumi:home::truenorth::pulumi:pulumi:Stack::truenorth-home"
PROVIDER_URN = "urn:pulumi:home::truenorth::pulumi:providers:cloudflare::default"
RECORD = "cloudflare:index/dnsRecord:DnsRecord"


def record(name: str, content: str = "203.0.113.7", identity: str = "") -> dict[str, Any]:
    """A record of a stack's state, as the engine writes it."""
    return {
        "urn": f"urn:pulumi:home::truenorth::truenorth:dns:OwnedRecord${RECORD}::{name}/A",
        "type": RECORD,
        "custom": True,
        "id": identity or f"id-{name}",
        "parent": STACK_URN,
        "provider": f"{PROVIDER_URN}::p-1",
        "inputs": {"zoneId": "z1", "name": name, "type": "A", "content": content, "ttl": 300},
    }


def state(*names: str, time: str = "", pending: tuple[str, ...] = ()) -> bytes:
    """A checkpoint that holds these records, with these being created."""
    base = [
        {"urn": STACK_URN, "type": "pulumi:pulumi:Stack", "custom": False},
        {"urn": PROVIDER_URN, "type": "pulumi:providers:cloudflare", "custom": True, "id": "p-1"},
    ]
    deployment = {
        "manifest": {**MANIFEST, "time": time or MANIFEST["time"]},
        "resources": [*base, *(record(name) for name in names)],
        "pending_operations": [
            {"type": "creating", "resource": {k: v for k, v in record(name).items() if k != "id"}} for name in pending
        ],
    }
    return json.dumps({"version": 3, "checkpoint": {"stack": "home", "latest": deployment}}).encode()


class FolderState:
    """A session, the files of its state, and what was told."""

    def __init__(self, folder: Path, pulumi: Path) -> None:
        self.folder = folder / ".pulumi"
        self.stacks = self.folder / "stacks" / "truenorth"
        self.stacks.mkdir(parents=True)
        self.file = self.stacks / "home.json"
        self.locks = self.folder / "locks" / "organization" / "truenorth" / "home"
        self.locks.mkdir(parents=True)
        self.told: list[str] = []
        engine = Engine(pulumi, pulumi.parent, "3.256.0", "folder", "")
        self.session = Session(
            Project(folder, "truenorth", folder),
            "home",
            folder / "settings.yaml",
            make_settings("www"),
            {},
            engine,
            f"{folder.as_uri()}?metadata=skip",
            {},
            PulumiBackend("", "truenorth", ""),
        )

    def hear(self, news: Mended) -> None:
        """Take in what was put right."""
        self.told.append(news.what)
