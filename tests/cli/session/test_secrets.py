"""What a session signs with is known to its redactor."""

from __future__ import annotations

from pathlib import Path

from cli.engine.install.find import Engine
from cli.session.secrets import session_redactor
from cli.session.session import Session
from cli.state.store import PulumiBackend
from stacks.observe.project import Project
from stacks.settings.credentials import Credentials
from stacks.settings.stack import parse

KUBECONFIG = """
clusters: [{name: home, cluster: {server: https://127.0.0.1:6443}}]
contexts: [{name: home, context: {cluster: home, user: me}}]
users:
- {name: me, user: {token: squeamish}}
- {name: you, user: {username: you, password: ossifrage, client-key-data: bWFnaWM3}}
- {name: nobody}
"""


def session(kubeconfig: str) -> Session:
    source = {
        "url": "https://router.example.net",
        "headers": {"Accept": "text/plain"},
        "secret_headers": {"X-Key": "ROUTER_PASS"},
    }
    values = {
        "zone": "example.com",
        "sources": ["ingress"],
        "cluster": {"kubeconfig": kubeconfig},
        "wan": {"mode": "list", "sources": [source], "agreement": 1},
    }
    settings = parse(values, {"ROUTER_PASS": "open-sesame"}, stack="s", where="f")
    signed = {"example.com": Credentials(token="xyzzy-token"), "example.org": Credentials(key="xyzzy-key")}
    engine, state = Engine(Path("pulumi"), Path(), "3", "path", ""), PulumiBackend("", "truenorth", "")
    return Session(Project(Path(), "truenorth", Path()), "s", Path("f"), settings, signed, engine, "", {}, state)


def test_the_secrets_of_a_session_are_those_of_zones_and_of_kubeconfigs(tmp_path: Path) -> None:
    file = tmp_path / "config"
    file.write_text(KUBECONFIG)
    known = session_redactor(session(str(file)), {"CF_API_TOKEN": "of-the-environment"})
    secrets = "squeamish ossifrage bWFnaWM3 xyzzy-token xyzzy-key of-the-environment"
    assert known.text(f"{secrets} you") == "*** *** *** *** *** *** you"
    assert known.text("open-sesame text/plain") == "*** text/plain"


def test_the_secrets_of_a_session_without_a_kubeconfig_are_those_of_zones(tmp_path: Path) -> None:
    known = session_redactor(session(str(tmp_path / "none")), {"HOME": str(tmp_path)})
    assert known.text("xyzzy-token") == "***"
