"""A form over one spec class: what was posted, the request it says, and its errors at their inputs."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from gpuconsole.core.spec_forms import codecs, errors
from gpuconsole.core.spec_forms.build import build, index
from gpuconsole.core.spec_forms.errors import Located
from gpuconsole.core.spec_forms.fill import fill
from gpuconsole.core.spec_forms.nodes import Leaf
from gpuconsole.core.spec_forms.options import Surroundings
from gpuconsole.core.spec_forms.parse import Parsed, parse
from gpuconsole.core.spec_forms.values import Values

SpecType = TypeVar("SpecType", bound=BaseModel)


class SpecForm(Generic[SpecType]):
    """Posted values against a spec class.

    ``fixed`` are fields that the form's address answers; ``found`` are errors from elsewhere, by dotted wire path.
    With ``is_new`` nothing has been tried yet: what is merely not filled in is counted but not shown as wrong.
    """

    def __init__(
        self,
        spec: type[SpecType],
        values: Values,
        *,
        fixed: Mapping[str, Any] | None = None,
        around: Surroundings | None = None,
        found: Mapping[str, str] | None = None,
        is_new: bool = False,
    ) -> None:
        self.spec_class = spec
        self.root = build(spec)
        self.nodes = index(spec)
        self.values = values
        self.fixed = dict(fixed or {})
        self.around = around or Surroundings()
        self.is_new = is_new
        self._found = dict(found or {})

    @classmethod
    def from_wire(cls, spec: type[SpecType], wire: Mapping[str, Any], **options: Any) -> SpecForm[SpecType]:
        """The form that says what a request says."""
        fixed = options.get("fixed") or {}
        rest = {key: value for key, value in wire.items() if key not in fixed}
        return cls(spec, fill(build(spec), index(spec), rest), **options)

    @cached_property
    def parsed(self) -> Parsed:
        return parse(self.root, self.nodes, self.values)

    @property
    def wire(self) -> dict[str, Any]:
        """What was filled in, in the request's own nesting."""
        return self.fixed | self.parsed.wire

    @cached_property
    def _checked(self) -> tuple[SpecType | None, list[Located]]:
        try:
            return self.spec_class.model_validate(self.wire), []
        except ValidationError as exc:
            return None, errors.locate(exc, self.root, self.parsed)

    @cached_property
    def located(self) -> dict[str, Located]:
        """All errors by input name: unreadable input, the model's, and those from elsewhere."""
        problems = [Located(name, message) for name, message in self.parsed.problems.items()]
        problems += [Located(name, text, is_missing=True) for name, text in self.parsed.missing.items()]
        found = [errors.locate_path(path, text, self.root, self.parsed) for path, text in self._found.items()]
        # What is wrong with a whole text of rows is left out where a cell of it says more.
        checked = [one for one in self._checked[1] if not any(p.name.startswith(f"{one.name}.") for p in problems)]
        return {item.name: item for item in (*reversed(found), *reversed(checked), *reversed(problems))}

    @property
    def spec(self) -> SpecType | None:
        """The checked spec; None while anything is wrong."""
        return None if self.located else self._checked[0]

    @property
    def draft_spec(self) -> SpecType | None:
        """The spec as far as the model alone can tell: errors from elsewhere are passed over."""
        return self._checked[0]

    @cached_property
    def shown(self) -> dict[str, str]:
        """Messages by input name, as far as they are to be seen now."""
        return {n: one.message for n, one in self.located.items() if not (self.is_new and one.is_missing)}

    def add_errors(self, found: Mapping[str, str]) -> None:
        """Take in errors by dotted wire path that only the provider's choices or its answer reveal."""
        self._found.update(found)
        for name in ("located", "shown"):
            self.__dict__.pop(name, None)

    def has_input(self, path: str) -> bool:
        """Whether an error with this dotted wire path has an input to stand beside."""
        return errors.locate_path(path, "", self.root, self.parsed).is_in_form

    def put(self, name: str, value: Any) -> None:
        """Set the input ``name`` to a value of the request, such as the fix that an error offered."""
        path = ".".join(part for part in name.split(".") if not part.isdecimal())
        node = self.nodes.get(path)
        if isinstance(node, Leaf):
            codecs.write(node, name, value, self.values)
