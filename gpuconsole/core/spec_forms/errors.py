"""From pydantic's errors to the inputs they belong to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _
from pydantic import ValidationError

from gpuconsole.core.spec_forms import ways
from gpuconsole.core.spec_forms.nodes import AnyNode, Group, Leaf, Pairs, Rows
from gpuconsole.core.spec_forms.parse import Parsed
from gpuconsole.core.translated import translated
from gpuconsole.providers.problems import explain


@dataclass(frozen=True, slots=True)
class Located:
    """One error at an input; ``is_in_form`` is false where the form shows no such input."""

    name: str
    message: str
    is_in_form: bool = True
    is_missing: bool = False
    """Only not filled in yet."""
    fix: str = ""
    """The value that would be right, where it is known."""


def locate(exc: ValidationError, root: Group, parsed: Parsed) -> list[Located]:
    """Each error at its input, in the order of the form's fields; one a place."""
    found: dict[str, Located] = {}
    for error in exc.errors(include_url=False, include_input=False):
        context = error.get("ctx") or {}
        loc = (*error["loc"][:-1], ways.key_of(context["asks"])) if context.get("asks") else error["loc"]
        message = explain(error)
        located = _Walk(root, parsed).to(loc, translated(message))
        fix = context.get("fix") or ""
        is_missing = message.startswith("Required")
        found.setdefault(located.name, replace(located, is_missing=is_missing, fix=fix))
    return list(found.values())


def locate_path(path: str, message: str, root: Group, parsed: Parsed) -> Located:
    """An error that somebody else gave with a dotted wire path, such as the provider's own answer."""
    parts = (int(part) if part.isdecimal() else part for part in path.replace("[", ".").replace("]", "").split("."))
    return _Walk(root, parsed).to(tuple(parts), message)


class _Walk:
    """Follows one error's place down the tree."""

    def __init__(self, root: Group, parsed: Parsed) -> None:
        self.node: AnyNode = root
        self.name = ""
        self.parsed = parsed

    def to(self, loc: Iterable[int | str], message: str) -> Located:
        parts = list(loc)
        while parts and not isinstance(self.node, Leaf):
            part = parts.pop(0)
            if isinstance(self.node, Pairs):
                return self._pair(self.node, part, parts, message)
            if not self._step(part, parts):
                rest = ".".join(str(p) for p in (part, *parts))
                return Located(f"{self.name}.{rest}" if self.name else rest, message, is_in_form=False)
        return self._here(parts, message)

    def _step(self, part: int | str, rest: list[int | str]) -> bool:
        """Go one part down; a name that is no field names the member of a union and is passed over."""
        if isinstance(self.node, Rows):
            numbers = self.parsed.rows.get(self.name, [])
            if not isinstance(part, int) or part >= len(numbers):
                return False
            self.name, self.node = f"{self.name}.{numbers[part]}", self.node.item
            return True
        child = self.node.child(str(part)) if isinstance(self.node, Group) else None
        if child is None:
            return bool(rest)
        self.name, self.node = f"{self.name}.{child.key}" if self.name else child.key, child
        return True

    def _pair(self, pairs: Pairs, key: int | str, rest: list[int | str], message: str) -> Located:
        if pairs.item_keys:
            numbers = dict(enumerate(self.parsed.rows.get(self.name, [])))
            number = numbers.get(key) if isinstance(key, int) else None
        else:
            number = self.parsed.pairs.get(self.name, {}).get(str(key))
        if number is None:
            return Located(f"{self.name}.{key}", message, is_in_form=False)
        is_key = pairs.item_keys[0] in rest[:1] if pairs.item_keys else "[key]" in rest
        part = "key" if is_key else "secret" if pairs.secret_key in rest else "value"
        return Located(f"{self.name}.{number}.{part}", message)

    def _here(self, rest: list[int | str], message: str) -> Located:
        if isinstance(self.node, Leaf) and self.node.ways:
            return Located(self.parsed.heads.get(self.name, self.name), message)
        if isinstance(self.node, Leaf):
            lines = [part for part in rest if isinstance(part, int)]
            if lines:
                inside = f"{message[:1].lower()}{message[1:]}"
                message = _("Line {number}: {problem}").format(number=lines[0] + 1, problem=inside)
            return Located(self.name, message, is_in_form=self.node.ui.in_form)
        if isinstance(self.node, Group) and (leaf := _first_leaf(self.node, self.name)):
            return Located(leaf, message)
        return Located(self.name, message, is_in_form=isinstance(self.node, Rows | Pairs) and self.node.ui.in_form)


def _first_leaf(group: Group, name: str) -> str:
    """Where an error of a whole object shows: its switch, else its first required field, else its first."""
    if group.has_switch:
        return name
    asked = [child for child in group.children if child.ui.in_form]
    for child in sorted(asked, key=lambda child: not child.is_required):
        below = f"{name}.{child.key}" if name else child.key
        if isinstance(child, Group):
            if found := _first_leaf(child, below):
                return found
        else:
            return below
    return ""
