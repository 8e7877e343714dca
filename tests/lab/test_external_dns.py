from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from lab.external_dns import ExternalDnsError, Setup, following, sync_once

if TYPE_CHECKING:
    from pathlib import Path


def _setup(folder: Path, script: str) -> Setup:
    """A program that does what the script says."""
    program = folder / "external-dns"
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(0o755)
    return Setup(program, folder / "kubeconfig", "http://127.0.0.1:1/client/v4", "t", "example.com", ("service",))


class TestSync:
    def test_it_is_told_where_it_works_and_nothing_of_ours(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("EXTERNAL_DNS_DRY_RUN", "1")
        setup = _setup(tmp_path, f"env > {tmp_path}/env; echo $* > {tmp_path}/arguments")

        assert sync_once(setup, "--registry=noop")

        told = (tmp_path / "env").read_text()
        assert "CF_API_TOKEN=t\n" in told
        assert "CLOUDFLARE_BASE_URL=http://127.0.0.1:1/client/v4\n" in told
        assert "DRY_RUN" not in told
        arguments = (tmp_path / "arguments").read_text().split()
        assert {"--once", "--source=service", "--domain-filter=example.com", "--registry=noop"} <= set(arguments)

    def test_it_asks_a_webhook_in_place_of_the_provider(self, tmp_path: Path) -> None:
        setup = replace(_setup(tmp_path, f"echo $* > {tmp_path}/arguments"), webhook="http://127.0.0.1:8888")

        assert sync_once(setup)

        arguments = (tmp_path / "arguments").read_text().split()
        assert {"--provider=webhook", "--webhook-provider-url=http://127.0.0.1:8888"} <= set(arguments)
        assert "--provider=cloudflare" not in arguments

    def test_a_zone_that_did_not_take_everything_is_no_failure(self, tmp_path: Path) -> None:
        setup = _setup(tmp_path, "echo 'failed to submit all changes for the following zones: [z]'; exit 1")

        assert not sync_once(setup)

    def test_a_failure_has_its_last_words(self, tmp_path: Path) -> None:
        with pytest.raises(ExternalDnsError, match=r"ended with 1: could not find node address"):
            sync_once(_setup(tmp_path, "echo could not find node address; exit 1"))


class TestFollowing:
    def test_what_it_says_can_be_read_and_it_ends_with_the_context(self, tmp_path: Path) -> None:
        with following(_setup(tmp_path, "echo said; exec sleep 60")) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "said\n"
            assert process.poll() is None

        assert process.poll() is not None
