"""The image's tree, run as a container: user 1000, a read-only root, no network but the lab's."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from lab.world import FIRST_IPV4
from tests.deploy_image.container import Container
from tests.deploy_image.offline import offline as run_offline

PYTHON = ("/opt/truenorth/.venv/bin/python",)
BASE_LIBRARIES = {
    *("linux-vdso.so.1", "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1"),
    *("libc.so.6", "libm.so.6", "libdl.so.2", "libpthread.so.0", "librt.so.1", "libutil.so.1"),
    *("libgcc_s.so.1", "libstdc++.so.6", "libz.so.1"),
}
"""Of those in distroless/python3-debian12: https://github.com/GoogleContainerTools/distroless, cc and python3."""
WRITE = """
import os, pathlib, sys
open_to = []
for folder in ("/", "/opt", "/opt/truenorth", "/opt/truenorth/engine", "/opt/truenorth/stacks", "/etc", "/usr/bin",
               "/etc/truenorth", "/dev", "/tmp", "/var/lib/truenorth"):
    try:
        (pathlib.Path(folder) / "written").write_text("")
    except OSError:
        continue
    open_to.append(folder)
print(os.getuid(), os.getgid(), *open_to)
"""


@pytest.fixture(scope="module")
def offline(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What came of `up`, and of a `watch` that was ended when it had changed something."""
    return run_offline(tree, tmp_path_factory.mktemp("offline"))


def test_help_is_shown_where_nothing_is_mounted(image: Container) -> None:
    done = image.run("--help")
    assert done.returncode == 0, done.stderr
    assert "DNS that always points at your clusters" in done.stdout


def test_only_the_two_volumes_can_be_written(image: Container) -> None:
    done = image.run("-c", WRITE, entry_point=PYTHON)
    assert done.stdout.split() == ["1000", "1000", "/tmp", "/var/lib/truenorth"], done.stderr  # noqa: S108 - the container's


def test_the_engine_is_the_images_own(image: Container) -> None:
    done = image.run("engine", "info", "--json")
    assert done.returncode == 0, done.stderr
    assert "/opt/truenorth/engine" in done.stdout


def test_a_home_that_cannot_be_written_is_told_in_one_message(image: Container) -> None:
    done = image.run("--help", variables={"PULUMI_HOME": "/opt/truenorth/pulumi"})
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "error: Pulumi's home cannot be written: Read-only file system",
        "  where: PULUMI_HOME=/opt/truenorth/pulumi",
        "  do:    mount a volume there that user 1000 may write (an emptyDir does)",
    ]


def test_plugins_of_the_users_own_are_left_alone(image: Container) -> None:
    (image.home / "pulumi" / "plugins" / "own").mkdir(parents=True)
    (image.home / "pulumi").chmod(0o777)
    assert image.run("--help").returncode == 0
    assert [path.name for path in (image.home / "pulumi" / "plugins").iterdir()] == ["own"]


def test_compiled_modules_need_no_library_that_the_base_image_lacks(tree: Path) -> None:
    modules = sorted((tree / "opt" / "truenorth" / ".venv").rglob("*.so"))
    said = subprocess.run(["ldd", *modules], capture_output=True, text=True, check=False).stdout
    needed = {line.split()[0].rpartition("/")[2] for line in said.splitlines() if line.startswith("\t")}
    assert "libc.so.6" in needed
    assert needed - {"statically"} <= BASE_LIBRARIES


def test_up_makes_the_record_with_what_the_image_brings(offline: dict[str, Any]) -> None:
    assert offline["up"]["code"] == 0, offline["up"]["said"]
    assert offline["up"]["zone"] == {"www.example.com/A": FIRST_IPV4}
    assert "from $PATH" not in offline["up"]["said"], "Pulumi found the plugins where it looks for them"


def test_watch_follows_the_address(offline: dict[str, Any]) -> None:
    assert offline["watch"]["zone"] == {"www.example.com/A": "203.0.113.8"}, offline["watch"]["said"]


def test_sigterm_to_process_1_ends_watch_well(offline: dict[str, Any]) -> None:
    assert offline["watch"]["first"] == "tini"
    assert offline["watch"]["code"] == 0, offline["watch"]["said"]


def test_the_processes_have_no_privilege(offline: dict[str, Any]) -> None:
    status = offline["watch"]["status"]
    assert set(status["Uid"].split()) == set(status["Gid"].split()) == {"1000"}
    assert int(status["CapEff"], 16) == 0
    assert status["NoNewPrivs"] == "1"


ORPHAN = """
import os, pathlib
reading, writing = os.pipe()
if os.fork() == 0:
    orphan = os.fork()
    if orphan:
        os.write(writing, str(orphan).encode())
        os._exit(0)
    while os.getppid() != 1:
        pass
    os._exit(0)
os.wait()
orphan = pathlib.Path("/proc") / os.read(reading, 16).decode()
while orphan.exists():
    pass
print("reaped")
"""


def test_process_1_reaps_what_a_killed_engine_leaves(image: Container) -> None:
    done = image.run("-c", ORPHAN, entry_point=("/usr/bin/tini", "--", *PYTHON))
    assert done.stdout == "reaped\n", done.stderr
