"""Words for people: in English here, and said in the reader's language by whoever shows them."""

from __future__ import annotations

from typing import Any


def gettext_noop(text: str) -> str:
    """The text itself; so marked, ``makemessages`` collects it for translators."""
    return text


class Sentence(str):
    """A sentence with values in it. It is the English one, and keeps its template to be said in another language.

    ``Sentence("Must be at most {most}.", most=8)``. A value that is a sentence itself is translated too.
    """

    template: str
    values: dict[str, Any]

    def __new__(cls, template: str, **values: Any) -> Sentence:
        made = super().__new__(cls, template.format(**values) if values else template)
        made.template, made.values = template, values
        return made


class Counted(Sentence):
    """A sentence whose form hangs on its ``{number}``: ``Counted("{number} job", "{number} jobs", 3)``."""

    many: str
    number: int

    def __new__(cls, one: str, many: str = "", number: int = 1, **values: Any) -> Counted:
        made = str.__new__(cls, (one if number == 1 else many or one).format(number=number, **values))
        made.template, made.many, made.number = one, many or one, number
        made.values = {"number": number, **values}
        return made
