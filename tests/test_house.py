"""The order of the house: no circles, one meaning for each public class name, folders and modules of a size."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).resolve().parents[1]
SHIPPED = ("cli", "components", "stacks")
MOST_MODULES = 16
"""In a folder: what a reader takes in at one look, and one over."""
LONGEST_MODULE = 300
MOST_REPEATED = 5
"""Public class names that mean several things."""
MOST_HARD = 0.03
"""The share of docstrings whose first line begins with a relative clause, or has two relative words."""


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    """The imports of the shipped packages, those for type checkers and those inside functions included."""
    return grimp.build_graph(*SHIPPED, exclude_type_checking_imports=False)


def test_no_modules_import_each_other_in_a_circle_typing_imports_included(graph: grimp.ImportGraph) -> None:
    imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    assert list(circles(imports)) == []


def test_circles_are_found_where_there_are_some() -> None:
    assert list(circles({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": {"a"}})) == [["b", "c"]]


def test_public_class_names_mean_one_thing() -> None:
    places: dict[str, list[str]] = defaultdict(list)
    for file, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(f"{file}:{node.lineno}")
    repeated = {name: found for name, found in places.items() if len(found) > 1}
    assert len(repeated) <= MOST_REPEATED, repeated


def test_no_folder_has_more_modules_than_a_reader_takes_in() -> None:
    folders: dict[Path, int] = defaultdict(int)
    for file, _ in modules():
        folders[file.parent] += file.name not in {"__init__.py", "__main__.py"}
    assert {str(folder): count for folder, count in folders.items() if count > MOST_MODULES} == {}


def test_no_module_is_longer_than_one_thing_needs() -> None:
    lengths = {str(file): len((ROOT / file).read_text(encoding="utf-8").splitlines()) for file, _ in modules()}
    assert {file: length for file, length in lengths.items() if length > LONGEST_MODULE} == {}


def test_only_the_terminal_makes_consoles_and_texts() -> None:
    """What anything else prints would be taken for markup, and its control characters would reach the terminal."""
    made = {"Console", "Text", "escape", "from_markup", "from_ansi", "assemble"}
    found = [
        f"{file}:{node.lineno}"
        for file, tree in modules()
        if file.parts[0] == "cli" and file != Path("cli/terminal.py")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and called(node) in made
    ]
    assert found == []


def test_every_package_says_what_it_is_for() -> None:
    assert [str(file) for file, tree in modules() if file.name == "__init__.py" and not ast.get_docstring(tree)] == []


def test_docstrings_are_understood_at_first_reading() -> None:
    lines = [(place, line) for file, tree in modules() for place, line in first_lines(file, tree)]
    hard = [f"{place} {line}" for place, line in lines if is_hard(line)]
    assert len(hard) <= MOST_HARD * len(lines), "\n".join(hard)


@pytest.mark.parametrize(
    ("line", "hard"),
    [
        ("Return the records that a stack owns.", False),
        ("What a stack owns.", True),
        ("Whose record it is.", True),
        ("The records that are in the zone which a stack names.", True),
        ("Whether a record is ours.", False),
    ],
)
def test_a_hard_line_is_told_from_an_easy_one(line: str, hard: bool) -> None:  # noqa: FBT001 - a parameter of a table
    assert is_hard(line) is hard


def called(node: ast.Call) -> str:
    """The name of what is called: of methods and of what is in modules the last part, unless the module is `re`."""
    function = node.func
    if isinstance(function, ast.Attribute):
        return f"re.{function.attr}" if ast.unparse(function.value) == "re" else function.attr
    return function.id if isinstance(function, ast.Name) else ""


def modules() -> Iterator[tuple[Path, ast.Module]]:
    """The modules of the shipped packages, by their paths from the root."""
    for package in SHIPPED:
        for file in sorted((ROOT / package).rglob("*.py")):
            yield file.relative_to(ROOT), ast.parse(file.read_text(encoding="utf-8"))


def first_lines(file: Path, tree: ast.Module) -> Iterator[tuple[str, str]]:
    """The first line of each docstring, and where it stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            text = ast.get_docstring(node)
            if text:
                yield f"{file}:{getattr(node, 'lineno', 1)}", text.partition("\n")[0]


def is_hard(line: str) -> bool:
    """Whether a line begins with a relative clause, or has two relative words."""
    words = line.replace(",", " ").replace(":", " ").split()
    opening = {"What", "Whose", "Whoever", "Which", "That", "Those", "Of", "By", "Where", "Why", "One"}
    begins = bool(words) and (words[0] in opening or line.startswith("The one "))
    return begins or sum(word in {"that", "which", "whose", "what", "whom"} for word in words) > 1


def circles(imports: Mapping[str, Iterable[str]]) -> Iterator[list[str]]:
    """The sets of modules that reach each other (Tarjan's strongly connected components)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    for root in sorted(imports):
        if root in index:
            continue
        work = [(root, iter(sorted(imports[root])))]
        index[root] = low[root] = len(index)
        stack.append(root)
        while work:
            module, following = work[-1]
            for other in following:
                if other not in index:
                    index[other] = low[other] = len(index)
                    stack.append(other)
                    work.append((other, iter(sorted(imports.get(other, ())))))
                    break
                if other in stack:
                    low[module] = min(low[module], index[other])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[module])
                if low[module] == index[module]:
                    position = stack.index(module)
                    component, stack[position:] = sorted(stack[position:]), []
                    if len(component) > 1:
                        yield component
