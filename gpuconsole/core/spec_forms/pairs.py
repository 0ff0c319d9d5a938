"""A map with free keys as a template draws it: rows of key and value, or of key and the secret that holds it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gpuconsole.core.spec_forms.bound import NEW_ROW, Bound, html_id
from gpuconsole.core.spec_forms.keyish import looks_like_key
from gpuconsole.core.spec_forms.nodes import Pairs
from gpuconsole.core.spec_forms.options import SECRETS, Option
from gpuconsole.core.spec_forms.parse import PASTE, PairRow, pair_rows, unread_lines


@dataclass(frozen=True)
class BoundPairRow:
    """One key with its value or its secret."""

    name: str
    row: PairRow
    pairs: BoundPairs

    def _error(self, part: str) -> str:
        return self.pairs.form.shown.get(f"{self.name}.{part}", "")

    @property
    def id(self) -> str:
        return html_id(self.name)

    @property
    def key_id(self) -> str:
        return f"{self.id}-key"

    @property
    def value_id(self) -> str:
        """The id of the input for the value, or for the secret in its place."""
        return f"{self.id}-secret" if self.row.is_secret else f"{self.id}-value"

    @property
    def key_error(self) -> str:
        return self._error("key")

    @property
    def value_error(self) -> str:
        return self._error("secret") if self.row.is_secret else self._error("value")

    @property
    def is_long(self) -> bool:
        """Whether the value has more lines than one, which an input of one line would take out."""
        return "\n" in self.row.value

    @property
    def should_be_secret(self) -> bool:
        """Whether a plain value is most likely a key that could be stored as a secret."""
        is_plain = self.pairs.takes_secrets and not self.row.is_secret
        return is_plain and not self.value_error and looks_like_key(self.row.key, self.row.value)

    @property
    def may_store(self) -> bool:
        return self.pairs.form.around.may_store


@dataclass(frozen=True)
class BoundPairs(Bound):
    """A map with free keys."""

    node: Pairs
    template: str = "spec_forms/_pairs.html"

    @property
    def takes_secrets(self) -> bool:
        return bool(self.node.secret_key)

    @property
    def rows(self) -> list[BoundPairRow]:
        found = pair_rows(self.name, self.form.values)
        return [BoundPairRow(f"{self.name}.{row.number}", row, self) for row in found]

    @property
    def next_number(self) -> int:
        return max((row.row.number for row in self.rows), default=-1) + 1

    @property
    def blank(self) -> BoundPairRow:
        return BoundPairRow(f"{self.name}.{NEW_ROW}", PairRow(0, "", "", "", is_secret=False), self)

    @property
    def secrets(self) -> Sequence[Option]:
        """Stored secrets, with those that are named here already though no longer stored."""
        source = self.form.around.sources.get(SECRETS)
        stored = source.options if source else ()
        names = {option.value for option in stored}
        used = {row.row.secret for row in self.rows if row.row.secret} - names
        return (*stored, *(Option(name, name, help=_("not stored")) for name in sorted(used)))

    @property
    def pasted(self) -> str:
        """Lines that were pasted and could not be read."""
        return unread_lines(self.name, self.form.values)

    @property
    def paste_id(self) -> str:
        return f"{self.id}-{PASTE}"

    @property
    def paste_error(self) -> str:
        return self.form.shown.get(f"{self.name}.{PASTE}", "")

    @property
    def summary(self) -> str:
        rows = [row for row in self.rows if not row.row.is_empty]
        secret = sum(row.row.is_secret for row in rows)
        if not secret:
            return _("{number} set").format(number=len(rows))
        text = ngettext("{all} set, {number} secret", "{all} set, {number} secrets", secret)
        return text.format(all=len(rows), number=secret)
