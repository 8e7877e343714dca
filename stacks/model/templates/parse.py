"""Read a template: its text, once, into steps. What is not in the safe part is refused, with its place.

Source: Go, text/template/parse. Left out are other templates (`define`, `template`, `block`), methods and `call`,
assignments to variables that are there already, and all functions but those of `functions`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

from components.plain_text import quoted
from stacks.model.templates import run
from stacks.model.templates.functions import FUNCTIONS, check_format
from stacks.model.templates.run import Run, Step, Value
from stacks.model.templates.tokens import END, Token, tokens, unquoted
from stacks.model.templates.values import TemplateError

LONGEST_TEMPLATE = 4096
"""Characters."""
DEEPEST = 20
"""Blocks and brackets in one another."""
FIELDS = (
    *("Name", "Namespace", "Kind", "APIVersion", "Labels", "Annotations"),
    *("ObjectMeta", "Metadata", "Spec", "Status", "Object"),
)
"""The fields of an object."""


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Template:
    """A template. fields: the names of each chain of fields that it reads."""

    text: str
    step: Step
    fields: frozenset[tuple[str, ...]]

    def parts(self, an_object: Mapping[str, Any]) -> tuple[str, ...]:
        """Return what an object gives, between the commas: each once, sorted, without spaces and a dot at its end.

        an_object: its FIELDS. Raises TemplateError where the template makes nothing of it.
        """
        running = Run(an_object, {0: an_object})
        self.step(running)
        found = (part.strip().removesuffix(".") for part in "".join(running.parts).split(","))
        return tuple(sorted({part for part in found if part}))


@lru_cache(maxsize=64)
def parse(text: str) -> Template:
    """Return a template. Raises TemplateError with what is wrong or not in the safe part, and where."""
    if len(text) > LONGEST_TEMPLATE:
        raise TemplateError(f"a template has at most {LONGEST_TEMPLATE:,} characters")
    parser = _Parser(text)
    step, _ = parser.steps()
    return Template(text, step, frozenset(parser.fields))


class _Parser:
    """A reader of the tokens of a template, from the first to the last."""

    def __init__(self, text: str) -> None:
        self.fields: set[tuple[str, ...]] = set()
        self._tokens = [*tokens(text)]
        self._at = 0
        self._scopes: list[dict[str, int]] = [{"$": 0}]
        self._slots = 1
        self._moved = 0
        """Blocks around that move the dot away from the object."""
        self._ranges = 0
        self._depth = 0

    def steps(self, *ends: str) -> tuple[Step, str]:
        """Read up to one of the words, or to the end. Return the steps, and the word."""
        found: list[Step] = []
        while (token := self._next()) is not END:
            if token.kind == "text":
                found.append(run.text(token.text))
            elif (word := self._peek().text) in {"end", "else"} and self._peek().kind == "word":
                if word not in ends:
                    raise self._error(self._peek(), "belongs to nothing")
                self._next()
                return run.block(found), word
            else:
                found.append(self._action())
        if ends:
            raise TemplateError("an if, with or range has no {{end}}")
        return run.block(found), ""

    def _action(self) -> Step:
        token = self._peek()
        match token.kind, token.text:
            case "word", "if" | "with" | "range":
                return self._nested(self._control)
            case "word", "break" | "continue":
                self._next()
                if not self._ranges:
                    raise self._error(token, "stands in no range")
                step = run.leaving(token.text)
            case _:
                names = self._declared(1)
                value = self._pipeline()
                step = run.declaring(self._declare(names[0]), value) if names else run.output(value)
        self._close()
        return step

    def _control(self) -> Step:
        word = self._next().text
        self._scopes.append({})
        names = self._declared(2 if word == "range" else 1)
        value = self._pipeline()
        slots = [*map(self._declare, names)]
        self._close()
        moves, ranges = word != "if", word == "range"
        self._moved, self._ranges = self._moved + moves, self._ranges + ranges
        self._scopes.append({})
        body, end = self.steps("end", "else")
        self._scopes.pop()
        self._moved, self._ranges = self._moved - moves, self._ranges - ranges
        other = run.block(())
        if end == "else" and word == "if" and self._peek().text == "if":
            other = self._nested(self._control)
        else:
            self._close()
            if end == "else":
                other, _ = self.steps("end")
                self._close()
        self._scopes.pop()
        if ranges:
            return run.going_through(slots, value, body, other)
        return run.choosing(slots, value, body, other, moves=moves)

    def _declared(self, most: int) -> list[str]:
        """Read the variables that get a value here, with the sign behind them."""
        texts = [one.text for one in self._tokens[self._at : self._at + 4]]
        for number in range(most, 0, -1):
            names, commas = texts[: 2 * number : 2], texts[1 : 2 * number - 1 : 2]
            if texts[2 * number - 1 : 2 * number] == [":="] and commas == [","] * (number - 1):
                for _ in range(number):
                    if not re.fullmatch(r"\$\w+", self._peek().text):
                        raise self._error(self._peek(), "is no variable")
                    self._at += 2
                return names
        return []

    def _declare(self, name: str) -> int:
        slot = self._scopes[-1][name] = self._slots
        self._slots += 1
        return slot

    def _pipeline(self) -> Value:
        value = self._command(None)
        while self._peek().text == "|" and self._peek().kind == "sign":
            self._next()
            value = self._command(value)
        return value

    def _command(self, piped: Value | None) -> Value:
        token = self._peek()
        if token.kind != "word" or token.text in {"true", "false"}:
            value = self._operand()
            if piped or self._is_operand():
                raise self._error(token, "is no function: it takes nothing")
            return value
        name = self._next().text
        literal = self._peek()
        arguments = []
        while self._is_operand():
            arguments.append(self._operand())
        arguments += [piped] if piped else []
        if name == "printf" and literal.kind == "string":
            check_format(unquoted(literal.text), len(arguments) - 1)
        if name in {"and", "or"} and arguments:
            return run.either(arguments, until=name == "or")
        if name not in FUNCTIONS:
            raise self._error(token, f"is not among what is allowed: {', '.join(('and', 'or', *FUNCTIONS))}")
        function = FUNCTIONS[name]
        if not function.least <= len(arguments) <= function.most:
            raise self._error(token, f"does not take {len(arguments)} values")
        return run.calling(name, function.call, arguments)

    def _is_operand(self) -> bool:
        token = self._peek()
        return token.kind in {"string", "number", "fields", "word"} or (token.kind, token.text) == ("sign", "(")

    def _operand(self) -> Value:
        token = self._next()
        match token.kind, token.text:
            case "string", text:
                constant: Any = unquoted(text)
                return lambda _: constant
            case ("number", text) | ("word", "true" | "false" as text):
                constant = text == "true" if token.kind == "word" else int(text)
                return lambda _: constant
            case "fields", text:
                return self._chain(token, *text.split("."))
            case "sign", "(":
                return self._nested(self._brackets)
        if token.kind == "word":
            raise self._error(token, "stands where a value belongs: a function goes first, or into brackets")
        raise self._error(token, "stands where a value belongs")

    def _chain(self, token: Token, base: str, *names: str) -> Value:
        names = tuple(filter(None, names))
        slots = [scope[base] for scope in reversed(self._scopes) if base in scope]
        if base and not slots:
            raise self._error(token, "has not been declared")
        if names and (base == "$" or not (base or self._moved)) and (names[0] not in FIELDS or names == ("Object",)):
            raise self._error(token, f"is no field of an object; these are: .{', .'.join(FIELDS[:-1])}, .Object.FIELD")
        self.fields.add(names)
        return run.fields(run.variable(slots[0] if base else None), names)

    def _brackets(self) -> Value:
        value = self._pipeline()
        closing = self._next()
        if (closing.kind, closing.text) != ("sign", ")"):
            raise self._error(closing, "stands where a bracket ends")
        behind = self._peek()
        if behind.kind == "fields" and behind.at == closing.end and behind.text[0] == "." != behind.text:
            self._next()
            return run.fields(value, behind.text[1:].split("."))
        return value

    def _nested(self, read: Callable[[], T]) -> T:
        self._depth += 1
        if self._depth > DEEPEST:
            raise self._error(self._peek(), f"stands in more than {DEEPEST} blocks and brackets")
        found = read()
        self._depth -= 1
        return found

    def _close(self) -> None:
        token = self._next()
        if token.kind != "close":
            raise self._error(token, "stands where the action ends")

    def _peek(self) -> Token:
        return self._tokens[self._at] if self._at < len(self._tokens) else END

    def _next(self) -> Token:
        token = self._peek()
        self._at += 1
        return token

    @staticmethod
    def _error(token: Token, what: str) -> TemplateError:
        return TemplateError(f"{quoted(token.text)} at character {token.at + 1} {what}")
