"""The documentation as a site: it builds without a warning, and nothing in it leads nowhere."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urldefrag

import pytest
import yaml

from stacks.settings.stack import NAMESPACE, parse
from tests.docs.blocks import PAGES, ROOT, blocks

CONFIGURATION = ROOT / "mkdocs.yml"
DOCS = ROOT / "docs"


class _Loader(yaml.SafeLoader):
    """Reads the configuration without importing what it names."""


_Loader.add_multi_constructor("tag:yaml.org,2002:python/name:", lambda _loader, suffix, _node: suffix)


class _Ids(HTMLParser):
    """Finds what a page has ids for, and where it leads."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id" and value:
                self.ids.add(value)
            if tag == "a" and name == "href" and value:
                self.links.append(value)


def mkdocs() -> list[str]:
    """The program that builds the site, of this environment or on PATH."""
    if importlib.util.find_spec("material"):
        return [sys.executable, "-m", "mkdocs"]
    if found := shutil.which("mkdocs"):
        return [found]
    pytest.skip("mkdocs-material is not installed")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [*mkdocs(), "build", "--strict", "--quiet", "--config-file", str(CONFIGURATION), "--site-dir", str(folder)],
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder


def pages_of(entries: list[Any]) -> Iterator[str]:
    """The files that a navigation names."""
    for entry in entries:
        for target in entry.values():
            if isinstance(target, str):
                yield target
            else:
                yield from pages_of(target)


def test_the_navigation_has_every_page_once() -> None:
    named = list(pages_of(yaml.load(CONFIGURATION.read_text(), _Loader)["nav"]))  # noqa: S506 - a safe loader's child
    assert sorted(named) == sorted(str(file.relative_to(DOCS)) for file in DOCS.rglob("*.md"))


def test_it_builds_without_a_warning(site: Path) -> None:
    assert (site / "index.html").exists()


def test_no_link_leads_nowhere(site: Path) -> None:
    found: dict[Path, _Ids] = {}
    for file in site.rglob("*.html"):
        found[file] = _Ids()
        found[file].feed(file.read_text())
    for file, page in found.items():
        if file.name == "404.html":  # which is shown at any address, and so links from the root
            continue
        for link in page.links:
            target, anchor = urldefrag(unquote(link))
            if re.match(r"[a-z]+:", target):
                continue
            path = (file.parent / target).resolve() if target else file
            path = path / "index.html" if path.is_dir() else path
            assert path.exists(), (file, link)
            assert not anchor or anchor in found[path].ids, (file, link)


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, "yaml")])
def test_settings_in_examples_are_possible(page: str) -> None:
    documents = [yaml.safe_load(block) for block in blocks(page, "yaml")]
    for document in (document for document in documents if document and "config" in document):
        values = {key.removeprefix(f"{NAMESPACE}:"): value for key, value in document["config"].items()}
        parse(values if "zones" in values else {"zone": "example.com"} | values, {}, stack="home", where=page)


@pytest.mark.parametrize("page", [page for page in PAGES if page.startswith("docs/moving/")])
def test_a_page_on_moving_says_what_is_what_and_how_to_go_there_and_back(page: str) -> None:
    text = PAGES[page].read_text()
    assert "| what you have | what it is here |" in text
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == ["Settings", "Side by side", "Back again"]
    assert "truenorth preview" in text
