"""Puts everything of a wheel below one package, so that it clashes with no `components` or `cli` of a person's own.

In the repository the packages are plain: cli, components, stacks, toolchain, lab, bench. Installed they are
truenorth.cli and so on, truenorth_lab, truenorth_bench. Only imports are rewritten, and nothing else may name a module:
code that has to takes `__package__` or `__name__`. An editable install has the plain names.

A wheel is for those who run it: docstrings and comments, a fifth of its bytes, are left to the repository and the
source distribution. Lines keep their numbers, so that a traceback names those of the repository.
"""

from __future__ import annotations

import ast
import io
import tempfile
import tokenize
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

INSTALLED = {
    "truenorth": "truenorth",
    **{name: f"truenorth.{name}" for name in ("cli", "components", "stacks", "toolchain")},
    "lab": "truenorth_lab",
    "bench": "truenorth_bench",
}
"""The packages of the repository, and their names where they are installed."""


class OnePackage(BuildHookInterface[Any]):
    """Adds the folders that a project names in `packages` to its wheel, by their installed names.

    packages: the names of packages by their folders. left_out: patterns of files of them that are of use in a checkout
    only. shown: folders of modules whose docstrings people are shown, where docstrings and comments stay; all do where
    none is named. All are from the project's folder.
    """

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write the rewritten modules into a folder of their own, which the builder then packs."""
        if self.target_name != "wheel" or version == "editable":
            return
        self._folder = tempfile.TemporaryDirectory(prefix="truenorth-wheel-")
        root, left_out = Path(self.root), self.config.get("left_out", ())
        for folder, package in self.config["packages"].items():
            place = Path(self._folder.name, *INSTALLED[package].split("."))
            for file in sorted((root / folder).rglob("*")):
                inside = file.relative_to(root / folder)
                is_left_out = any(map(file.relative_to(root).match, left_out)) or "__pycache__" in inside.parts
                if file.is_file() and not is_left_out:
                    target = place / inside
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_bytes(self._installed_content(file))
        for top in sorted(Path(self._folder.name).iterdir()):
            build_data["force_include"][str(top)] = top.name

    def _installed_content(self, file: Path) -> bytes:
        content = file.read_bytes()
        if file.suffix != ".py":
            return content
        source = rewritten(content, str(file))
        is_shown = any(map(file.relative_to(self.root).is_relative_to, self.config.get("shown", ("",))))
        return source if is_shown else bare(source, str(file))

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove that folder."""
        del version, build_data, artifact_path
        if folder := getattr(self, "_folder", None):
            folder.cleanup()


def rewritten(source: bytes, name: str) -> bytes:
    """Return the source of a module with the imports of our packages by their installed names; nothing else changes.

    name: the file, for messages. Raises ValueError for an import whose name in the module would be another.
    """
    lines = source.splitlines(keepends=True)
    for line, start, end, replacement in sorted(_edits(ast.parse(source, name), lines, name), reverse=True):
        text = lines[line]
        lines[line] = text[:start] + replacement + text[end:]
    return b"".join(lines)


def bare(source: bytes, name: str) -> bytes:
    """Return the source of a module without docstrings, texts below attributes and comments; lines keep their numbers.

    name: the file, for messages.
    """
    lines = list(io.StringIO(source.decode()))
    for first, last, instead in _texts(ast.parse(source, name)):
        lines[first - 1 : last] = [f"{instead}\n", *["\n"] * (last - first)]
    for token in tokenize.generate_tokens(iter(lines.copy()).__next__):
        if token.type == tokenize.COMMENT:
            line, column = token.start
            lines[line - 1] = lines[line - 1][:column].rstrip() + "\n"
    return "".join(lines).encode()


def _texts(tree: ast.Module) -> Iterator[tuple[int, int, str]]:
    """Yield the statements that are a text and nothing else: first line, last line, and what has to stand there."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            for one in node.body:
                if (
                    isinstance(one, ast.Expr)
                    and isinstance(one.value, ast.Constant)
                    and isinstance(one.value.value, str)
                ):
                    is_alone = len(node.body) == 1 and not isinstance(node, ast.Module)
                    yield one.lineno, one.end_lineno or one.lineno, " " * one.col_offset + "..." if is_alone else ""


def _edits(tree: ast.Module, lines: list[bytes], name: str) -> Iterator[tuple[int, int, int, bytes]]:
    """Yield what to replace: line from 0, first and last column in bytes, and the replacement."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level == 0 and (module := _installed(node.module or "")):
            line, start = node.lineno - 1, node.col_offset + len("from ")
            old = (node.module or "").encode()
            if not lines[line].startswith(old, start):
                raise ValueError(f"{name}:{node.lineno}: write `from {node.module} import` on one line, single spaces")
            yield line, start, start + len(old), module.encode()
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if module := _installed(alias.name):
                    if "." in alias.name and not alias.asname:
                        raise ValueError(f"{name}:{alias.lineno}: write `from` or `as` to import {alias.name}")
                    name_there = alias.asname or alias.name
                    end = (alias.end_col_offset or 0), f"{module} as {name_there}".encode()
                    yield alias.lineno - 1, alias.col_offset, *end


def _installed(module: str) -> str:
    """Return the installed name of a module of ours; "" for any other."""
    top, dot, rest = module.partition(".")
    return f"{INSTALLED[top]}{dot}{rest}" if top in INSTALLED else ""
