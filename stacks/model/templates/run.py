"""A run of a template over one object, and the steps that it is made of. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from stacks.model.templates import values
from stacks.model.templates.values import LONGEST_TEXT, TemplateError, shown, truth

MOST_STEPS = 10_000
"""Steps of one template over one object; a long text that a function goes through counts as several."""
_STEP = 64


@dataclass(slots=True)
class Run:
    """A run over an object. slots: the values of variables, the object itself the first of them."""

    dot: Any
    slots: dict[int, Any]
    parts: list[str] = field(default_factory=list)
    length: int = 0
    left: int = MOST_STEPS

    def spend(self, steps: int = 1) -> None:
        """Count steps. Raises TemplateError where there have been too many."""
        self.left -= steps
        if self.left < 0:
            raise TemplateError(f"it takes more than {MOST_STEPS:,} steps")

    def write(self, text: str) -> None:
        """Add to the text that the template gives. Raises TemplateError where that becomes too long."""
        self.length += len(text)
        if self.length > LONGEST_TEXT:
            raise TemplateError(f"it gives more than {LONGEST_TEXT:,} characters")
        self.parts.append(text)


Value = Callable[[Run], Any]
Step = Callable[[Run], None]


class _ContinueError(Exception):
    """The end of a turn of a range."""


class _BreakError(Exception):
    """The end of all turns of a range."""


def leaving(word: str) -> Step:
    """Return the step of `break` or `continue`."""

    def step(_: Run) -> None:
        raise _BreakError if word == "break" else _ContinueError

    return step


def block(steps: Sequence[Step]) -> Step:
    """Return the step that takes several."""

    def step(run: Run) -> None:
        for one in steps:
            run.spend()
            one(run)

    return step


def text(written: str) -> Step:
    """Return the step that writes a text."""
    return lambda run: run.write(written)


def output(value: Value) -> Step:
    """Return the step that writes a value."""
    return lambda run: run.write(shown(value(run)))


def declaring(slot: int, value: Value) -> Step:
    """Return the step that gives a variable its value."""
    return lambda run: run.slots.update({slot: value(run)})


def choosing(slots: Sequence[int], value: Value, body: Step, other: Step, *, moves: bool) -> Step:
    """Return the step of `if`, or of `with`, which moves the dot."""

    def step(run: Run) -> None:
        before, found = run.dot, value(run)
        run.slots.update(dict.fromkeys(slots, found))
        if not truth(found):
            other(run)
            return
        run.dot = found if moves else before
        try:
            body(run)
        finally:
            run.dot = before

    return step


def going_through(slots: Sequence[int], value: Value, body: Step, other: Step) -> Step:
    """Return the step of `range`. slots: of the variables for key and entry, or for the entry alone."""

    def step(run: Run) -> None:
        before, whole = run.dot, value(run)
        run.slots.update(dict.fromkeys(slots, whole))
        found = values.entries(whole)
        if not found:
            other(run)
        try:
            for pair in found:
                run.spend()
                run.dot = pair[1]
                run.slots.update(zip(slots, pair[2 - len(slots) :], strict=True))
                with suppress(_ContinueError):
                    body(run)
        except _BreakError:
            pass
        finally:
            run.dot = before

    return step


def variable(slot: int | None) -> Value:
    """Return the value of a variable; None for the dot."""
    return lambda run: run.dot if slot is None else run.slots[slot]


def fields(outer: Value, names: Sequence[str]) -> Value:
    """Return the value of a field of another value, and of that the next."""

    def value(run: Run) -> Any:  # noqa: ANN401 - JSON
        run.spend()
        found = outer(run)
        for name in names:
            found = values.field(found, name)
        return found

    return value


def either(arguments: Sequence[Value], *, until: bool) -> Value:
    """Return the first argument that is true (`or`), or that is not (`and`); else the last one."""

    def value(run: Run) -> Any:  # noqa: ANN401 - JSON
        found = None
        for one in arguments:
            found = one(run)
            if truth(found) is until:
                break
        return found

    return value


def calling(name: str, call: Callable[..., Any], arguments: Sequence[Value]) -> Value:
    """Return the value that a function gives. name: its own, for errors."""

    def value(run: Run) -> Any:  # noqa: ANN401 - JSON
        given = [one(run) for one in arguments]
        run.spend(1 + sum(len(one) // _STEP for one in given if isinstance(one, str)))
        try:
            found = call(*given)
        except TemplateError as error:
            raise TemplateError(f"{name}: {error}") from None
        if isinstance(found, str) and len(found) > LONGEST_TEXT:
            raise TemplateError(f"{name} gives more than {LONGEST_TEXT:,} characters")
        return found

    return value
