from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from cli.deploy.render import KUSTOMIZATION, render
from components.operator.args import OperatorArgs, Read, Rights
from components.operator.manifests import manifests
from stacks.model.errors import UserError

RIGHTS = Rights(reads=(Read("", "services", namespaces=("a", "b")),))
ARGS = OperatorArgs(
    stack="home", settings="config:\n  truenorth:zone: example.com\n", image="truenorth:1", rights=RIGHTS
)


class TestFiles:
    def test_are_the_manifests_one_each_in_their_order(self, tmp_path: Path) -> None:
        render(manifests(ARGS), tmp_path)
        listing = yaml.safe_load((tmp_path / KUSTOMIZATION).read_text())["resources"]
        assert [yaml.safe_load((tmp_path / name).read_text()) for name in listing] == manifests(ARGS)

    def test_are_nothing_but_these(self, tmp_path: Path) -> None:
        written = render(manifests(ARGS), tmp_path)
        assert set(tmp_path.iterdir()) == set(written)
        assert len(set(written)) == len(written)

    def test_show_texts_of_several_lines_as_a_person_would(self, tmp_path: Path) -> None:
        render(manifests(ARGS), tmp_path)
        text = (tmp_path / "configmap-truenorth-settings.yaml").read_text()
        assert "Pulumi.home.yaml: |\n    config:\n      truenorth:zone: example.com" in text

    def test_that_are_not_wanted_any_more_go(self, tmp_path: Path) -> None:
        render(manifests(ARGS), tmp_path)
        render(manifests(ARGS)[:2], tmp_path)
        assert len(list(tmp_path.iterdir())) == 3


class TestRefusals:
    def test_files_of_others_are_left_alone_and_named(self, tmp_path: Path) -> None:
        (tmp_path / "mine.yaml").write_text("a: b\n")
        with pytest.raises(UserError, match="were not rendered") as refusal:
            render(manifests(ARGS), tmp_path)
        assert "mine.yaml" in str(refusal.value)
        assert [file.name for file in tmp_path.iterdir()] == ["mine.yaml"]

    def test_a_folder_that_cannot_be_made_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        with pytest.raises(UserError, match="cannot be written"):
            render(manifests(ARGS), tmp_path / "file" / "folder")
