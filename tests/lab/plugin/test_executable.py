from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.plugin import executable
from lab.plugin.executable import CLOUDFLARE, GANDI, choose, install, obtain, plugin_folder, real_plugin

NAME = CLOUDFLARE.name


def program(path: Path, text: str = "#!/bin/sh\nexit 0\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {"PATH": os.pathsep.join([str(tmp_path / "a"), str(tmp_path / "b")]), "PULUMI_HOME": str(tmp_path / "home")}


class TestInstall:
    def test_the_launcher_can_be_run_and_is_written_again_over_an_old_one(self, tmp_path: Path) -> None:
        first = install(tmp_path / "new" / "folder")
        assert os.access(first, os.X_OK)
        first.write_text("damaged")
        assert install(first.parent).read_text().startswith("#!/bin/sh")
        assert [path.name for path in first.parent.iterdir()] == [NAME]


class TestRealPlugin:
    def test_nothing_is_found_where_nothing_is(self, environment: dict[str, str]) -> None:
        assert real_plugin(environment) is None

    def test_one_on_path_is_found_behind_the_stand_in(self, environment: dict[str, str], tmp_path: Path) -> None:
        install(tmp_path / "a")
        assert real_plugin(environment) is None
        real = program(tmp_path / "b" / NAME)
        assert real_plugin(environment) == real

    def test_the_newest_that_pulumi_installed_is_found(self, environment: dict[str, str], tmp_path: Path) -> None:
        plugins = tmp_path / "home" / "plugins"
        for version in ("v6.9.0", "v6.10.0-alpha.1", "v6.2.0"):
            program(plugins / f"resource-cloudflare-{version}" / NAME)
        (plugins / "resource-cloudflare-v7.0.0").mkdir()  # a download that did not end
        assert real_plugin(environment) == plugins / "resource-cloudflare-v6.10.0-alpha.1" / NAME

    def test_the_stand_in_is_none_wherever_it_is(self, environment: dict[str, str], tmp_path: Path) -> None:
        install(plugin_folder(tmp_path / "home", "6.23.1"))
        assert real_plugin(environment) is None

    def test_the_home_folder_is_looked_in_by_default(self, tmp_path: Path) -> None:
        real = program(tmp_path / ".pulumi" / "plugins" / "resource-cloudflare-v6.1.0" / NAME)
        assert real_plugin({"HOME": str(tmp_path)}) == real


def test_a_network_without_the_download_hosts_is_noticed_at_once(
    environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(executable, "HOSTS", ("127.0.0.1",))
    monkeypatch.setattr(executable, "PORT", 9)
    asked = tmp_path / "asked"
    engine = program(tmp_path / "engine" / "pulumi", f"#!/bin/sh\n: > {asked}\n")
    assert not obtain(environment, engine, "6.23.1")
    assert not asked.exists()


@pytest.fixture
def reachable(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A download host that takes connections."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setattr(executable, "HOSTS", ("127.0.0.1",))
        monkeypatch.setattr(executable, "PORT", server.getsockname()[1])
        yield


@pytest.mark.usefixtures("reachable")
class TestObtain:
    def test_the_engine_is_asked_for_the_version(self, environment: dict[str, str], tmp_path: Path) -> None:
        plugin = tmp_path / "home" / "plugins" / "resource-cloudflare-v6.23.1" / NAME
        asked = tmp_path / "asked"
        text = f'#!/bin/sh\necho "$@" > {asked}\n/bin/mkdir -p {plugin.parent}\n/bin/cp "$0" {plugin}\n'
        engine = program(tmp_path / "engine" / "pulumi", text)
        assert obtain(environment, engine, "6.23.1")
        assert asked.read_text() == "plugin install resource cloudflare 6.23.1 --non-interactive\n"
        assert choose(environment, tmp_path / "own").path == plugin

    def test_a_failed_installation_leaves_the_stand_in(self, environment: dict[str, str], tmp_path: Path) -> None:
        engine = program(tmp_path / "engine" / "pulumi", "#!/bin/sh\nexit 1\n")
        assert not obtain(environment, engine, "6.23.1")
        chosen = choose(environment, tmp_path / "own", engine, "6.23.1")
        assert (chosen.origin, chosen.folder) == ("stand-in", tmp_path / "own")

    def test_an_installation_that_hangs_is_given_up(
        self, environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(executable, "DEADLINE", 0.2)
        engine = program(tmp_path / "engine" / "pulumi", "#!/bin/sh\nexec /bin/sleep 60\n")
        assert not obtain(environment, engine, "6.23.1")

    def test_nothing_is_tried_where_acquisition_is_disabled(self, environment: dict[str, str], tmp_path: Path) -> None:
        asked = tmp_path / "asked"
        engine = program(tmp_path / "engine" / "pulumi", f"#!/bin/sh\n: > {asked}\n")
        assert not obtain(environment | {"PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true"}, engine, "6.23.1")
        assert not asked.exists()

    def test_nothing_is_tried_where_the_real_one_is(self, environment: dict[str, str], tmp_path: Path) -> None:
        program(tmp_path / "a" / NAME)
        assert obtain(environment, tmp_path / "no engine", "6.23.1")

    def test_a_missing_engine_obtains_nothing(self, environment: dict[str, str], tmp_path: Path) -> None:
        assert not obtain(environment, tmp_path / "no engine", "6.23.1")


class TestGandi:
    def test_the_two_stand_ins_live_in_one_folder_and_neither_is_real(
        self, environment: dict[str, str], tmp_path: Path
    ) -> None:
        for kind in (CLOUDFLARE, GANDI):
            chosen = choose(environment, tmp_path / "a", kind=kind)
            assert (chosen.path.name, chosen.origin) == (kind.name, "stand-in")
            assert kind.module in chosen.path.read_text()
        assert real_plugin(environment, GANDI) is None

    def test_a_real_one_is_found_beside_the_other_stand_in(self, environment: dict[str, str], tmp_path: Path) -> None:
        install(tmp_path / "a", CLOUDFLARE)
        real = program(plugin_folder(tmp_path / "home", "2.3.2", GANDI) / GANDI.name)
        assert choose(environment, tmp_path / "own", kind=GANDI).path == real
        assert real_plugin(environment, CLOUDFLARE) is None

    @pytest.mark.usefixtures("reachable")
    def test_the_engine_is_told_who_has_it(self, environment: dict[str, str], tmp_path: Path) -> None:
        asked = tmp_path / "asked"
        engine = program(tmp_path / "engine" / "pulumi", f'#!/bin/sh\necho "$@" > {asked}\n')
        assert not obtain(environment, engine, "2.3.2", GANDI)
        assert asked.read_text() == (
            "plugin install resource gandi 2.3.2 --non-interactive --server github://api.github.com/pulumiverse\n"
        )
