"""Plugins that are kept running: as processes, with stand-ins that only tell a port; attached to by real engines."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cli.engine.plugins import VARIABLE, Plugins, find, shared
from cli.engine.proc import stat
from cli.engine.run import Run, run_engine
from lab import remote
from tests.stacks.plan.worlds import make_settings

if TYPE_CHECKING:
    from cli.engine.install.find import Engine
    from tests.cli.conftest import Inside

TELLS_ITS_ID = "#!/bin/sh\necho $$\nexec sleep 600\n"
"""A plugin whose port is its process."""
DEADLINE = 120
KEEPER = """
import os, sys
from cli.engine.plugins import Plugins
plugins = Plugins(print)  # the thread of its plugins ends with it
print(plugins.environment(dict(os.environ), ["cloudflare"]), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def plugins(told: list[str]) -> Iterator[Plugins]:
    made = Plugins(told.append)
    yield made
    made.close()


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A machine with both plugins on PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for provider in ("cloudflare", "gandi"):
        plugin(folder / f"pulumi-resource-{provider}")
    return {"PATH": f"{folder}:/usr/bin:/bin", "HOME": str(tmp_path), "CLOUDFLARE_API_TOKEN": "one"}


def plugin(path: Path, text: str = TELLS_ITS_ID) -> Path:
    """Write a plugin."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


def process(attached: dict[str, str], provider: str = "cloudflare") -> int:
    """The process of a plugin that tells its id for a port."""
    return int(dict(entry.split(":") for entry in attached[VARIABLE].split(","))[provider])


def ends(pid: int, within: float = DEADLINE) -> bool:
    """Whether a process ends."""
    try:
        watched = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([watched], [], [], within)[0])
    finally:
        os.close(watched)


class TestAPlugin:
    def test_is_the_same_for_run_after_run(self, plugins: Plugins, environment: dict[str, str]) -> None:
        first = plugins.environment(environment, ["gandi", "cloudflare"])
        assert plugins.environment(dict(environment), ["gandi", "cloudflare"]) == first
        assert process(first) != process(first, "gandi")

    def test_that_has_ended_is_started_anew_and_told_once(
        self, plugins: Plugins, environment: dict[str, str], told: list[str]
    ) -> None:
        first = process(plugins.environment(environment, ["cloudflare"]))
        os.kill(first, signal.SIGKILL)
        assert ends(first)
        second = process(plugins.environment(environment, ["cloudflare"]))
        assert second != first
        assert process(plugins.environment(environment, ["cloudflare"])) == second
        assert told == ["the plugin cloudflare has ended (code -9); it is started anew"]

    @pytest.mark.parametrize(
        "changed", [{"CLOUDFLARE_API_TOKEN": "two"}, {"CLOUDFLARE_BASE_URL": "http://127.0.0.1:1"}]
    )
    def test_is_started_anew_for_another_environment(
        self, plugins: Plugins, environment: dict[str, str], told: list[str], changed: dict[str, str]
    ) -> None:
        first = process(plugins.environment(environment, ["cloudflare"]))
        second = process(plugins.environment(environment | changed, ["cloudflare"]))
        assert ends(first)
        assert not ends(second, 0)
        assert told == []

    def test_is_not_in_our_session_and_ends_when_it_is_stopped(
        self, plugins: Plugins, environment: dict[str, str]
    ) -> None:
        pid = process(plugins.environment(environment, ["cloudflare"]))
        found = stat(pid)
        assert found is not None
        assert found.session == pid != os.getsid(0)
        plugins.stop()
        assert ends(pid)
        assert process(plugins.environment(environment, ["cloudflare"])) != pid

    def test_outlives_the_thread_that_asked_for_it(self, plugins: Plugins, environment: dict[str, str]) -> None:
        with ThreadPoolExecutor(1) as pool:
            pid = process(pool.submit(plugins.environment, environment, ["cloudflare"]).result())
        assert not ends(pid, 0.1)

    def test_ends_with_the_process_that_keeps_it_however_that_ends(self, environment: dict[str, str]) -> None:
        with subprocess.Popen(
            [sys.executable, "-c", KEEPER],
            env=environment,
            cwd=Path(__file__).parents[3],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as keeper:
            assert keeper.stdout is not None
            pid = int(keeper.stdout.readline().rpartition(":")[2].strip("'}\n "))
            assert not ends(pid, 0)
            keeper.kill()
        assert ends(pid)


class TestNoPlugin:
    @pytest.mark.parametrize("text", ["#!/bin/sh\nexit 1\n", "#!/bin/sh\necho hello\n", "#!/nowhere\n"])
    def test_is_attached_where_it_cannot_be_started_which_is_told_once(
        self, plugins: Plugins, environment: dict[str, str], told: list[str], tmp_path: Path, text: str
    ) -> None:
        place = plugin(tmp_path / "bin" / "pulumi-resource-cloudflare", text)
        for _ in range(2):
            attached = plugins.environment(environment, ["cloudflare", "gandi"])
            assert attached[VARIABLE].startswith("gandi:")
        why = "it does not tell its port; each run of the engine starts its own"
        assert told == [f"the plugin {place} is not kept running: {why}"]

    def test_is_attached_where_there_is_none(
        self, plugins: Plugins, environment: dict[str, str], told: list[str]
    ) -> None:
        nowhere = environment | {"PATH": "/usr/bin"}
        assert plugins.environment(nowhere, ["cloudflare"]) == {}
        assert told == []

    def test_is_started_where_somebody_else_has_named_one(
        self, plugins: Plugins, environment: dict[str, str], tmp_path: Path
    ) -> None:
        (tmp_path / "bin" / "pulumi-resource-cloudflare").unlink()
        attached = plugins.environment(environment | {VARIABLE: "cloudflare:4711"}, ["cloudflare", "gandi"])
        assert attached[VARIABLE].startswith("cloudflare:4711,gandi:")


class TestTheOneThatIsTaken:
    def test_is_on_path_before_it_is_in_pulumis_home(self, environment: dict[str, str], tmp_path: Path) -> None:
        at_home = plugin(tmp_path / ".pulumi/plugins/resource-gandi-v2.3.2/pulumi-resource-gandi")
        assert find("gandi", environment) == tmp_path / "bin" / "pulumi-resource-gandi"
        assert find("gandi", environment | {"PULUMI_IGNORE_AMBIENT_PLUGINS": "true"}) == at_home
        assert find("gandi", environment | {"PATH": "/usr/bin"}) == at_home

    def test_has_the_sdks_version(self, environment: dict[str, str], tmp_path: Path) -> None:
        plugin(tmp_path / "home/plugins/resource-gandi-v2.3.1/pulumi-resource-gandi")
        assert find("gandi", environment | {"PATH": "/usr/bin", "PULUMI_HOME": str(tmp_path / "home")}) is None

    def test_is_none_of_a_provider_of_which_a_zone_names_its_own_token(self) -> None:
        plain = {"zone": "example.net", "provider": "gandi"}
        own = {"zone": "example.org", "token": "OTHER_TOKEN"}
        assert shared(make_settings(zones=[plain])) == {"cloudflare", "gandi"}
        assert shared(make_settings(zones=[plain, own])) == {"gandi"}

    def test_but_for_the_plugin_of_our_own_whose_servers_have_each_a_configuration(self) -> None:
        place = {"server": "192.0.2.53", "key": "truenorth"}
        further = {"zone": "house.example", "provider": "rfc2136", "rfc2136": place}
        assert shared(make_settings(zones=[further])) == {"cloudflare"}


@pytest.fixture
def up(inside: Inside, engine: Engine, tmp_path: Path) -> Callable[[str, int, dict[str, str]], Run]:
    """Run a stack that declares so many record sets, in this environment."""
    (tmp_path / "Pulumi.yaml").write_text("name: truenorth\nruntime: python\n")

    def run(stack: str, count: int, environment: dict[str, str]) -> Run:
        from components.records.record import Record  # noqa: PLC0415 - likewise
        from components.records.record_set import RecordSetArgs, declare  # noqa: PLC0415 - heavy

        def program() -> None:
            for number in range(count):
                name = f"{stack}-{number}.{inside.places.gandi_zone}"
                found = {f"{name}/A": Record(name, "A", "192.0.2.1", 300, proxied=False, comment="")}
                declare(RecordSetArgs("gandi", inside.places.gandi_zone, name, "A", found))

        subprocess.run(
            [engine.pulumi, "stack", "init", stack, "--no-select"],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            check=False,
        )
        arguments = ["up", "--yes", "--skip-preview", f"--stack={stack}"]
        return run_engine(
            arguments,
            pulumi=engine.pulumi,
            cwd=tmp_path,
            environment=environment,
            listener=lambda _: None,
            program=program,
        )

    return run


class TestTheEngine:
    def test_attaches_run_after_run_and_several_at_once(
        self, plugins: Plugins, inside: Inside, up: Callable[[str, int, dict[str, str]], Run], told: list[str]
    ) -> None:
        environment = dict(inside.environment)
        attached = plugins.environment(environment, ["gandi"])
        with ThreadPoolExecutor(2) as pool:
            # The short run sends its Cancel, and drops its connection, in the midst of the long one.
            runs = [pool.submit(up, *run, environment | attached) for run in (("short", 1), ("long", 30))]
            assert [run.result().exit_code for run in runs] == [0, 0]
        assert len(remote.gandi_records(inside.places)) >= 31
        assert plugins.environment(environment, ["gandi"]) == attached
        third = up("short", 2, environment | attached)
        assert third.summary is not None
        assert third.summary.changes == {"same": 3, "create": 2}
        assert plugins.environment(environment, ["gandi"]) == attached
        assert told == []

    def test_works_with_the_credentials_of_each_run(
        self, plugins: Plugins, inside: Inside, up: Callable[[str, int, dict[str, str]], Run]
    ) -> None:
        environment = dict(inside.environment)
        for token, succeeds in (("wrong", False), (inside.places.gandi_token, True)):
            changed = environment | {"GANDI_PERSONAL_ACCESS_TOKEN": token}
            assert up("home", 1, changed | plugins.environment(changed, ["gandi"])).succeeded == succeeds
