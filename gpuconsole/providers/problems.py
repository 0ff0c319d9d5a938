"""What is wrong with a spec, in plain words and by wire path."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from gpuconsole.providers.words import Sentence, gettext_noop

DEEPEST = 32
"""Levels of nesting that a spec may have."""

_OURS = "spec_problem"
_TEXTS = {
    "missing": gettext_noop("Required."),
    "bool_type": gettext_noop("Must be true or false."),
    "bool_parsing": gettext_noop("Must be true or false."),
    "string_type": gettext_noop("Must be text."),
    "list_type": gettext_noop("Must be a list."),
    "dict_type": gettext_noop("Must be an object."),
    "model_type": gettext_noop("Must be an object."),
    "model_attributes_type": gettext_noop("Must be an object."),
    "mapping_type": gettext_noop("Must be an object."),
    "int_type": gettext_noop("Must be a whole number."),
    "int_parsing": gettext_noop("Must be a whole number."),
    "int_from_float": gettext_noop("Must be a whole number."),
    "int_parsing_size": gettext_noop("That number is too large."),
    "float_type": gettext_noop("Must be a number."),
    "float_parsing": gettext_noop("Must be a number."),
    "decimal_type": gettext_noop("Must be a number."),
    "decimal_parsing": gettext_noop("Must be a number."),
    "finite_number": gettext_noop("Must be a number."),
    "extra_forbidden": gettext_noop("There is no such field."),
    "invalid_key": gettext_noop("Keys must be text."),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to fix: dotted wire path with row numbers, what to do, and the value that would be right if we know."""

    path: str
    message: str
    fix: str | None = None


def problems(exc: ValidationError) -> list[Problem]:
    """The problems of a refused spec, at most one a path."""
    found: dict[str, Problem] = {}
    for error in exc.errors(include_url=False):
        path = ".".join(str(part) for part in error["loc"] if part != "[key]")
        context = error.get("ctx") or {}
        found.setdefault(path, Problem(path, explain(error), context.get("fix")))
    return list(found.values())


def explain(error: Mapping[str, Any]) -> str:
    """One pydantic error (an item of ``ValidationError.errors()``) as a sentence for a user."""
    kind, context = error["type"], error.get("ctx") or {}
    if kind == _OURS:
        found: str = context["text"]  # the message itself, which may be a Sentence
        return found
    if text := _TEXTS.get(kind):
        return text
    if kind == "value_error":
        return str(context["error"])
    if kind == "string_pattern_mismatch":
        return Sentence("Is not written as it must be; the pattern is {pattern}", pattern=context["pattern"])
    if kind in ("literal_error", "enum"):
        return _expected(str(context.get("expected", "")))
    if kind in ("too_short", "too_long") and isinstance(error.get("input"), str):
        kind = f"string_{kind}"  # a text that was made of another, as by a validator, is still told by its characters
    if limit := _limit(kind, context):
        return limit
    return str(error["msg"]).rstrip(".") + "."


def problem(
    message: str, *path: str | int, value: Any = None, fix: str | None = None, asks: str = ""
) -> InitErrorDetails:
    """A problem of our own making at a path below the model or value that is being checked.

    ``asks`` is the title of the pick that nobody made: a form shows the problem at the way that is picked there.
    """
    text = PydanticCustomError(_OURS, "{text}", {"text": message, "fix": fix, "asks": asks})
    return InitErrorDetails(type=text, loc=path, input=value)


def refuse(title: str, found: Sequence[InitErrorDetails]) -> None:
    """Raise the problems as one ValidationError; pydantic puts the path of the model in front. Nothing if empty."""
    if found:
        raise ValidationError.from_exception_data(title, list(found))


def wrong(message: str, *, fix: str | None = None) -> PydanticCustomError:
    """The problem of a value as a whole, to be raised by a validator of that value."""
    return PydanticCustomError(_OURS, "{text}", {"text": message, "fix": fix})


def refuse_unstorable(spec: Any) -> None:
    """Refuse what no JSON body or database takes: NUL and lone surrogates in text, NaN, endless nesting."""
    refuse("spec", list(_unstorable(spec, ())))


def _unstorable(value: Any, path: tuple[str | int, ...]) -> Iterable[InitErrorDetails]:
    if len(path) > DEEPEST:
        yield problem("Is nested too deeply.", *path[:2])
    elif isinstance(value, str) and not _is_clean(value):
        yield problem("Holds characters that cannot be sent.", *path)
    elif isinstance(value, float) and not math.isfinite(value):
        yield problem("Must be a number.", *path)
    elif isinstance(value, Mapping):
        if not all(isinstance(key, str) and _is_clean(key) for key in value):
            yield problem("Holds a key that cannot be sent.", *path)
            return
        for key, item in value.items():
            yield from _unstorable(item, (*path, key))
    elif isinstance(value, (list, tuple)):
        for number, item in enumerate(value):
            yield from _unstorable(item, (*path, number))


def _is_clean(text: str) -> bool:
    return "\0" not in text and not any("\ud800" <= char <= "\udfff" for char in text)


def _expected(listed: str) -> str:
    """A sentence of pydantic's "'a', 'b' or 'c'"."""
    words = re.findall(r"'([^']*)'", listed) or [listed]
    if len(words) == 1:
        return Sentence("Must be {value}.", value=words[0])
    return Sentence("Must be one of {listed} or {last}.", listed=", ".join(words[:-1]), last=words[-1])


def _limit(kind: str, context: Mapping[str, Any]) -> str:
    if kind == "greater_than_equal":
        return Sentence("Must be at least {least}.", least=context["ge"])
    if kind == "greater_than":
        return Sentence("Must be more than {least}.", least=context["gt"])
    if kind == "less_than_equal":
        return Sentence("Must be at most {most}.", most=context["le"])
    if kind == "less_than":
        return Sentence("Must be less than {most}.", most=context["lt"])
    if kind == "string_too_short":
        least = context["min_length"]
        if least == 1:
            return gettext_noop("Must not be empty.")
        return Sentence("Must have at least {least} characters.", least=least)
    if kind == "string_too_long":
        return Sentence("Must have at most {most} characters.", most=context["max_length"])
    if kind == "too_short":
        return Sentence("Needs at least {least}.", least=context["min_length"])
    return Sentence("Takes at most {most}.", most=context["max_length"]) if kind == "too_long" else ""
