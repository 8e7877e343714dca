from __future__ import annotations

import socket
from pathlib import Path

import pytest

from lab.kube.unavailable import KubeUnavailable
from lab.name_servers import external_dns


def test_a_server_is_not_started_where_another_program_would_be_taken_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "external-dns"
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
        monkeypatch.setattr(external_dns, "PORT", port)
        with (
            pytest.raises(KubeUnavailable, match=f"cannot listen at 127.0.0.1:{port}, its only port"),
            external_dns.webhook_server(program, tmp_path / "server"),
        ):
            pass
    assert not list(tmp_path.rglob("*.log"))
