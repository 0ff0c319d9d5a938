"""Filters in the grammar of AIP-160, as far as one needs it: comparisons, AND, OR, NOT, parentheses, bare words.

`OR` binds closer than `AND`, as that grammar has it; terms side by side are joined by AND. Fields are spelled in
snake_case or camelCase, and a dot looks inside a message or a map (both assumed: the provider's texts say neither).
"""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from gpuconsole.simulator.dialects.fireworks.errors import INVALID_ARGUMENT, Problem
from gpuconsole.simulator.dialects.fireworks.messages import Message, camel, snake

Test = Callable[[dict[str, Any]], bool]
_TOKEN = re.compile(r"""\s*("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|<=|>=|!=|[=<>:().]|-(?=[\w("'])|[^\s"'=<>!:().]+)""")
_COMPARATORS = ("=", "!=", "<", "<=", ">", ">=", ":")


def compile_filter(text: str, schema: Message) -> Test:
    """A test of a thing as it is told; raises Problem where the filter cannot be read."""
    return _Parser(text, schema).whole()


def value_at(told: Any, path: list[str]) -> Any:
    """What stands at a path in a thing, None if nothing does; a map's keys may themselves hold dots."""
    if not path:
        return told
    if not isinstance(told, dict):
        return None
    for length in range(len(path), 0, -1):
        key = ".".join(path[:length])
        if key in told:
            return value_at(told[key], path[length:])
    return None


class _Parser:
    def __init__(self, text: str, schema: Message) -> None:
        self._schema = schema
        self._tokens: list[str] = []
        at = 0
        text = text.rstrip()
        while at < len(text):
            if not (found := _TOKEN.match(text, at)):
                raise _unreadable(text[at:])
            self._tokens.append(found.group(1))
            at = found.end()

    def whole(self) -> Test:
        test = self._sequence()
        if self._tokens:
            raise _unreadable(" ".join(self._tokens))
        return test

    def _sequence(self) -> Test:
        tests = [self._either()]
        while self._tokens and self._tokens[0] != ")":
            if self._tokens[0] == "AND":
                self._tokens.pop(0)
            tests.append(self._either())
        return lambda told: all(test(told) for test in tests)

    def _either(self) -> Test:
        tests = [self._term()]
        while self._tokens and self._tokens[0] == "OR":
            self._tokens.pop(0)
            tests.append(self._term())
        return lambda told: any(test(told) for test in tests)

    def _term(self) -> Test:
        if self._tokens and self._tokens[0] in ("NOT", "-"):
            self._tokens.pop(0)
            test = self._term()
            return lambda told: not test(told)
        if self._tokens and self._tokens[0] == "(":
            self._tokens.pop(0)
            test = self._sequence()
            if self._next("a closing parenthesis") != ")":
                raise _unreadable("(")
            return test
        return self._restriction()

    def _restriction(self) -> Test:
        path = [self._word()]
        while self._tokens and self._tokens[0] == ".":
            self._tokens.pop(0)
            path.append(self._word())
        if not self._tokens or self._tokens[0] not in _COMPARATORS:
            return _mentions(".".join(path))
        comparator = self._tokens.pop(0)
        wanted = self._argument()
        if snake(path[0]) not in self._schema.fields:
            raise Problem(INVALID_ARGUMENT, f'filter: unknown field "{path[0]}"')
        # Only fields have two spellings; the keys of a map stay as they are.
        exact, camelled = [camel(path[0]), *path[1:]], [camel(part) for part in path]
        return lambda told: _holds(told, exact if value_at(told, exact) is not None else camelled, comparator, wanted)

    def _argument(self) -> str:
        sign = self._tokens.pop(0) if self._tokens and self._tokens[0] == "-" else ""
        parts = [self._word()]
        while len(self._tokens) > 1 and self._tokens[0] == ".":
            self._tokens.pop(0)
            parts.append(self._word())
        return sign + ".".join(parts)

    def _word(self) -> str:
        word = self._next("a word")
        if word in (*_COMPARATORS, "(", ")", ".", "-", "AND", "OR"):
            raise _unreadable(word)
        return re.sub(r"\\(.)", r"\1", word[1:-1]) if word[0] in "\"'" else word

    def _next(self, expected: str) -> str:
        if not self._tokens:
            raise Problem(INVALID_ARGUMENT, f"filter: {expected} is missing at the end")
        return self._tokens.pop(0)


def _unreadable(text: str) -> Problem:
    return Problem(INVALID_ARGUMENT, f'filter: cannot be read at "{text}"')


def _mentions(word: str) -> Test:
    """A bare word: some text of the thing holds it."""
    return lambda told: any(word.lower() in value.lower() for value in told.values() if isinstance(value, str))


def _holds(told: dict[str, Any], path: list[str], comparator: str, wanted: str) -> bool:
    value = value_at(told, path)
    if comparator == ":":
        return _has(value, wanted)
    if isinstance(value, dict | list):
        return False
    if value is None:
        # Zero values are left out of answers, and what is left out is zero.
        is_zero = wanted in ("", "0", "false")
        return is_zero if comparator == "=" else not is_zero if comparator == "!=" else False
    order = _compare(value, wanted)
    return {
        "=": order == 0,
        "!=": order != 0,
        "<": order < 0,
        "<=": order <= 0,
        ">": order > 0,
        ">=": order >= 0,
    }[comparator]


def _has(value: Any, wanted: str) -> bool:
    if isinstance(value, dict | list):
        return wanted in value or (wanted == "*" and bool(value))
    return value is not None and (wanted == "*" or wanted.lower() in str(value).lower())


def _compare(value: Any, wanted: str) -> int:
    """-1, 0 or 1; times compare as moments, and a star at either end of a wanted text stands for anything."""
    if isinstance(value, bool):
        return 0 if wanted == str(value).lower() else -1
    if isinstance(value, int):
        try:
            return (value > float(wanted)) - (value < float(wanted))
        except ValueError:
            raise Problem(INVALID_ARGUMENT, f'filter: "{wanted}" is not a number') from None
    if (mine := _moment(value)) and (theirs := _moment(wanted)):
        return (mine > theirs) - (mine < theirs)
    if "*" in (wanted[:1], wanted[-1:]):
        pattern = ".*".join(re.escape(part) for part in wanted.split("*"))
        return 0 if re.fullmatch(pattern, value, re.DOTALL) else -1
    return 0 if value == wanted else 1 if value > wanted else -1


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None
