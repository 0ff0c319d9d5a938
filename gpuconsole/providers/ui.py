"""How the fields of a spec show themselves: their widgets, the words of their values, and the sections of a form."""

from dataclasses import dataclass
from enum import StrEnum

from pydantic import BaseModel, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema


class Widget(StrEnum):
    """How a field is asked for where its type alone does not tell."""

    AUTO = "auto"
    TEXT = "text"
    LINES = "lines"
    """A list of strings, one a line."""
    WORDS = "words"
    """A list of strings in one line, split as a shell does."""
    SELECT = "select"
    RADIO = "radio"
    """Two to four choices side by side."""
    SWITCH = "switch"
    STEPPER = "stepper"
    TABLE = "table"
    """Choices as rows with facts and price."""
    ROWS = "rows"
    """Repeated rows of an object."""
    PAIRS = "pairs"
    """Repeated rows of key and value: a map, or a list of objects with just these two fields."""
    QUANTITY = "quantity"
    """A number with a unit that is joined into a string, such as 128Gi."""
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Listed:
    """How one value of an enumeration shows: its label, what it means, and the heading that it stands under."""

    value: str
    label: str = ""
    help: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class Ui:
    """How a field shows itself; stands beside pydantic's Field in an Annotated type.

    ``group`` names the form section; a nested model's fields stay in the section of the model unless they name one.
    ``choices`` names the source that ``Adapter.choices`` answers; ``secret`` marks a value that names a stored secret.
    ``show_when`` is (dotted wire path, accepted values): the field is only sent and asked for then. Paths name no
    rows: ``training_job.weights.auth.auth_method`` means the one of the same row.
    ``Widget.SWITCH`` on an object: it is sent only while its switch is on.
    """

    group: str = ""
    unit: str = ""
    per: str = ""
    """What the unit is counted for, such as node: the help says it in a sentence."""
    units: tuple[str, ...] = ()
    """Units to pick from, with Widget.QUANTITY."""
    widget: Widget = Widget.AUTO
    choices: str = ""
    show_when: tuple[str, tuple[str, ...]] | None = None
    secret: bool = False
    open_enum: bool = False
    """The listed values are suggestions: others are accepted."""
    listed: tuple[Listed, ...] = ()
    """How the values of an enumeration show, where their own words do not say enough."""
    width: int = 6
    """Columns of twelve in the form grid."""
    in_form: bool = True
    """False: only in the JSON view."""
    required_if: str = ""
    """In words, for the field table: when a field that is optional in general must be there."""
    needed_when_shown: bool = False
    """The rule of ``show_when`` is also what makes it required."""
    location: str = "body"
    """body or path."""
    placeholder: str = ""
    default_text: str = ""
    """The provider's default in words, where it is a rule and not a value."""
    sends: str | int | None = None
    """The provider's default of a required field: the form sends it where the field is left empty."""
    add: str = ""
    """The words of the button that adds a row."""
    rows: type[BaseModel] | None = None
    """What one row is, where a text is asked for as rows: its fields are the cells, in order."""
    joins: tuple[str, str] = (",", "/")
    """What stands between the rows and between the cells of such a text."""
    excludes: tuple[str, ...] = ()
    """Dotted wire paths that may not be sent together with this one."""
    source: str = ""
    """Where the fact comes from: seed, docs, client code, assumed."""

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """The facts that a reader of the JSON Schema wants too, under ``x-`` names."""
        facts = {
            "x-group": self.group,
            "x-unit": f"{self.unit} per {self.per}".strip() if self.per else self.unit,
            "x-choices": self.choices,
            "x-required-if": self.required_if,
            "x-excludes": list(self.excludes),
            "x-location": "" if self.location == "body" else self.location,
            "x-default": self.default_text,
            "x-source": self.source,
        }
        known = {name: fact for name, fact in facts.items() if fact}
        return handler(core) | known | ({} if self.sends is None else {"default": self.sends})


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the form, in the order of ``Spec.sections``; ``wire`` is the path shown at its right."""

    name: str
    wire: str = ""
    is_open: bool = False
    """Drawn open: it holds required fields or what nearly everybody sets."""
    help: str = ""
