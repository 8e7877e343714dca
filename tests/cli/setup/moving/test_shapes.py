"""Published shapes of other tools' files, names and domains replaced: what each becomes stands in shapes.json.

`SHAPES=write` writes that file anew, to be read before it is committed.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from cli.exit_codes import DONE, REFUSED, UNUSABLE
from stacks.settings.files import from_file
from tests.cli.conftest import INHERITED, ROOT, TRUENORTH
from tests.cli.in_process import truenorth

HERE = Path(__file__).parent
SHAPES = sorted((HERE / "shapes").iterdir())
EXPECTED_FILE = HERE / "shapes.json"
EXPECTED: dict[str, Any] = json.loads(EXPECTED_FILE.read_text()) if EXPECTED_FILE.exists() else {}
SECRETS = ("not-a-real", "another-token-of-nobody", "e5322165c1d7", "hc-ping.example", "kuma.example", "token@id")

each_shape = pytest.mark.parametrize("shape", SHAPES, ids=lambda path: path.name)


def init(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run `truenorth init` for somebody without credentials, whose settings go into the folder."""
    given = {key: os.environ[key] for key in INHERITED if key in os.environ}
    more = {"HOME": str(folder), "TRUENORTH_SETTINGS": str(folder / "Pulumi.home.yaml"), "COLUMNS": "300"}
    return truenorth(ROOT, given | more | {"NO_COLOR": "1"} | variables, "init", *arguments)


def found_in(shape: Path, folder: Path) -> dict[str, Any]:
    """What a shape becomes, as the golden file has it."""
    done = init(folder, "--from", str(shape), "--accept-losses", "--json")
    if done.returncode == UNUSABLE:
        return {"refused": [line for line in done.stderr.splitlines() if line.startswith("error: ")][:1]}
    assert done.returncode == DONE, done.stderr
    document = json.loads(done.stdout)
    lost = [f"{row['what']}: {row['how']}" for row in document["rows"] if row["fate"] == "lost"]
    return {**{key: document[key] for key in ("tools", "settings", "adopt")}, "lost": lost}


def test_there_are_forty_published_shapes() -> None:
    assert len(SHAPES) >= 40


@each_shape
def test_a_shape_becomes_settings_that_are_taken_and_nothing_is_lost_unsaid(shape: Path, tmp_path: Path) -> None:
    found = found_in(shape, tmp_path)
    if os.environ.get("SHAPES") == "write":
        every = json.loads(EXPECTED_FILE.read_text()) if EXPECTED_FILE.exists() else {}
        EXPECTED_FILE.write_text(json.dumps(every | {shape.name: found}, indent=1, sort_keys=True) + "\n")
    else:
        assert found == EXPECTED[shape.name]
    settings = tmp_path / "Pulumi.home.yaml"
    if "refused" in found:
        assert not settings.exists()
    else:
        assert from_file(settings, {}, "home").each_zone() or from_file(settings, {}, "home").finding


@each_shape
def test_without_consent_a_loss_is_refused_and_nothing_is_written(shape: Path, tmp_path: Path) -> None:
    done = init(tmp_path, "--from", str(shape))
    expected = EXPECTED[shape.name]
    wanted = UNUSABLE if "refused" in expected else REFUSED if expected["lost"] else DONE
    assert done.returncode == wanted, done.stdout + done.stderr
    assert (tmp_path / "Pulumi.home.yaml").exists() == (wanted == DONE)
    assert "Traceback" not in done.stderr
    if wanted == REFUSED:
        assert "--accept-losses writes the rest" in done.stderr
    written = (tmp_path / "Pulumi.home.yaml").read_text() if wanted == DONE else ""
    assert [secret for secret in SECRETS if secret in done.stdout + done.stderr + written] == []


def test_a_variable_of_flux_is_filled_in_from_the_environment(tmp_path: Path) -> None:
    shape = HERE / "shapes" / "external-dns-helmrelease-unfilled.yaml"
    assert init(tmp_path, "--from", str(shape), SECRET_DOMAIN="example.com").returncode == DONE
    assert from_file(tmp_path / "Pulumi.home.yaml", {}, "home").zone == "example.com"


def test_a_named_zone_stands_in_the_place_of_one_that_the_file_leaves_out(tmp_path: Path) -> None:
    shape = HERE / "shapes" / "timothymiller-in-a-secret.yaml"
    assert init(tmp_path, "--from", str(shape), "--zone", "example.com").returncode == DONE
    settings = from_file(tmp_path / "Pulumi.home.yaml", {}, "home")
    assert (settings.zone, settings.zone_id) == ("example.com", "0123456789abcdef0123456789abcdef")
    assert [one.name for one in settings.names] == ["nextcloud", "*.apps.example.com"]


def test_a_file_may_come_by_standard_input(tmp_path: Path) -> None:
    process = subprocess.run(
        [TRUENORTH, "init", "--from", "-", "--settings", str(tmp_path / "s.yaml"), "--json"],
        input="DOMAINS=www.example.com\nIP6_PROVIDER=none\n",
        capture_output=True,
        text=True,
        env={**os.environ, "HOME": str(tmp_path)},
        check=False,
    )
    assert process.returncode == DONE, process.stderr
    assert json.loads(process.stdout)["settings"]["names"] == ["www.example.com"]
