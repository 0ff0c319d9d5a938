"""Words that were declared where no Django is, in the language of who reads them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext, ngettext

from gpuconsole.providers.words import Counted, Sentence


def translated(text: str) -> str:
    """A declared text, or a sentence with its values; what no translator knows, such as a name, stays as it is."""
    if isinstance(text, Counted):
        return ngettext(text.template, text.many, text.number).format(**_inner(text.values))
    if isinstance(text, Sentence) and text.values:
        return gettext(text.template).format(**_inner(text.values))
    return gettext(text)


def each_translated(found: Mapping[str, str]) -> dict[str, str]:
    """Sentences by path."""
    return {path: translated(text) for path, text in found.items()}


def _inner(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: translated(one) if isinstance(one, Sentence) else one for name, one in values.items()}
