from __future__ import annotations

import re
from pathlib import Path

import pytest

from cli.engine.install.find import Engine
from cli.exit_codes import UNUSABLE
from lab.demo.house.server import Server
from tests.bind import program
from tests.cli.conftest import ROOT
from tests.cli.in_process import truenorth
from tests.lab.commands.test_demo import labs, place, run

ROUTES = 10
INSIDE = {
    Server.BIND: "inside: BIND ",
    Server.EXTERNAL_DNS: "inside: external-dns as a webhook ",
    Server.COREDNS: "inside: CoreDNS ",
}


class TestAHouse:
    @pytest.mark.parametrize("server", Server)
    @pytest.mark.usefixtures("kube_programs", "external_dns")
    def test_is_right_outside_and_inside_before_and_after_the_line_is_cut(
        self, engine: Engine, coredns: Path, tmp_path: Path, server: Server
    ) -> None:
        program("unbound")
        program("named")
        cache = coredns.parents[2]  # CACHE/truenorth/kube/FILE
        environment = place(engine, tmp_path) | {"XDG_CACHE_HOME": str(cache)}
        done = run(environment, "demo", "--house", f"--inside={server}", f"--routes={ROUTES}")
        assert done.returncode == 0, done.stdout + done.stderr
        assert INSIDE[server] in done.stdout
        right = [counts(row) for row in re.findall(r"^ +on (.*)$", done.stdout, re.MULTILINE)]
        assert right == 2 * [[5, 5, 0, 5, 0], [3, 3, 0, 3, 0], [2, 2, 0, 2, 0]] + [[5, 5, 0], [3, 3, 0], [2, 2, 0]]
        shown = re.findall(r"^ +(app\d)\.example\.com +(\S+)(?: +(\S+))? *$", done.stdout, re.MULTILINE)
        inner = ("app2", "NXDOMAIN", "192.168.7.10")
        assert shown[:3] == [("app0", "203.0.113.7", "192.168.7.10"), inner, ("app4", "203.0.113.7", "NXDOMAIN")]
        assert shown[3:6] == [("app0", "203.0.113.8", "192.168.7.10"), inner, ("app4", "203.0.113.8", "NXDOMAIN")]
        assert shown[6:] == [("app0", "192.168.7.10", ""), ("app2", "192.168.7.10", ""), ("app4", "NXDOMAIN", "")]
        assert "API server killed, line cut" in done.stdout
        assert labs(tmp_path) == []
        assert not list(tmp_path.glob("truenorth-demo-*"))

    def test_without_the_programs_of_a_cluster_says_what_to_do(self, tmp_path: Path) -> None:
        done = truenorth(ROOT, {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)}, "demo", "--house")
        assert done.returncode == UNUSABLE
        said = " ".join(done.stderr.split())
        assert "a house needs programs that are not installed: " in said
        assert "kube-apiserver, etcd" in said
        assert "truenorth lab build (" in said

    @pytest.mark.parametrize("server", [Server.EXTERNAL_DNS, Server.COREDNS])
    def test_without_the_program_of_its_server_says_how_it_is_built(self, tmp_path: Path, server: Server) -> None:
        alone = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)}
        done = truenorth(ROOT, alone, "demo", "--house", f"--inside={server}")
        assert done.returncode == UNUSABLE
        assert f"truenorth lab build --{server} (minutes, once)" in " ".join(done.stderr.split())

    def test_cannot_be_kept(self, tmp_path: Path) -> None:
        done = truenorth(ROOT, {"HOME": str(tmp_path)}, "demo", "--house", "--keep")
        assert done.returncode == UNUSABLE
        assert "a house cannot be kept" in done.stderr


def counts(row: str) -> list[int]:
    """The numbers of a row: of routes, and of right and wrong answers on each side."""
    return [int(word) for word in row.split() if word.isdigit()]
