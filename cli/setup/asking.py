"""Questions to whoever sits at the terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

import typer

from stacks.model.errors import UserError

Check = Callable[[str], str]
"""What is wrong with an answer; "" for nothing."""


def may_ask(*, yes: bool) -> bool:
    """Whether somebody can be asked: there is a terminal, and nobody said that every question is answered."""
    return not yes and sys.stdin.isatty() and sys.stdout.isatty()


def missing(what: str, flag: str) -> UserError:
    """What stands in place of a question where nobody can be asked."""
    return UserError(f"{what} is missing, and nobody can be asked", "truenorth init", f"give {flag}")


def line(question: str, default: str = "", check: Check = lambda _: "") -> str:
    """A line, asked for until it is right. An empty one is the default."""
    while True:
        answer = str(typer.prompt(question, default=default, show_default=bool(default))).strip()
        wrong = check(answer)
        if not wrong:
            return answer
        typer.secho(f"  {wrong}", fg=typer.colors.YELLOW)


def secret(question: str) -> str:
    """A line that is not shown while it is typed."""
    return str(typer.prompt(question, hide_input=True)).strip()


def yes(question: str, *, default: bool = True) -> bool:
    """Yes or no."""
    return typer.confirm(question, default=default)


def one_of(question: str, options: Sequence[str]) -> int:
    """The position of the option that is chosen, by its number or its name."""
    for number, option in enumerate(options, 1):
        typer.echo(f"  {number}  {option}")

    def wrong(answer: str) -> str:
        known = answer in options or (answer.isdigit() and 1 <= int(answer) <= len(options))
        return "" if known else f"write a number from 1 to {len(options)}, or one of the names"

    answer = line(question, "1", wrong)
    return options.index(answer) if answer in options else int(answer) - 1
