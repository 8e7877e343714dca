"""Asks the person at the terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

import typer

from stacks.model.errors import UserError

Check = Callable[[str], str]
"""Returns the fault of an answer; "" for none."""


def may_ask(*, yes: bool) -> bool:
    """Return whether somebody can be asked. yes: the option that answers every question."""
    return not yes and sys.stdin.isatty() and sys.stdout.isatty()


def missing(what: str, flag: str) -> UserError:
    """Return the error for a question without anybody to ask. flag: the option for the answer."""
    return UserError(f"{what} is missing, and nobody can be asked", "truenorth init", f"give {flag}")


def line(question: str, default: str = "", check: Check = lambda _: "") -> str:
    """Ask for a line until it has no fault, and return it. An empty line stands for the default."""
    while True:
        answer = str(typer.prompt(question, default=default, show_default=bool(default))).strip()
        wrong = check(answer)
        if not wrong:
            return answer
        typer.secho(f"  {wrong}", fg=typer.colors.YELLOW)


def secret(question: str) -> str:
    """Ask for a line, and do not show it while it is typed."""
    return str(typer.prompt(question, hide_input=True)).strip()


def yes(question: str, *, default: bool = True) -> bool:
    """Ask a question, and return whether the answer is yes."""
    return typer.confirm(question, default=default)


def one_of(question: str, options: Sequence[str]) -> int:
    """Ask for one option by its number or name, and return its position."""
    for number, option in enumerate(options, 1):
        typer.echo(f"  {number}  {option}")

    def wrong(answer: str) -> str:
        known = answer in options or (answer.isdigit() and 1 <= int(answer) <= len(options))
        return "" if known else f"write a number from 1 to {len(options)}, or one of the names"

    answer = line(question, "1", wrong)
    return options.index(answer) if answer in options else int(answer) - 1
