"""The text of the JSON view: a spec of ours, or the provider's documented body."""

from __future__ import annotations

from typing import Any

from gpuconsole.core.spec_forms.codecs import Unreadable, parse_json
from gpuconsole.providers import registry
from gpuconsole.providers.contract import Provider
from gpuconsole.providers.specs import read_pasted


def read(provider: Provider, text: str) -> dict[str, Any]:
    """The spec, unchecked, that a text says. Raises Unreadable, also for a spec of another provider."""
    found = parse_json(text)
    if not isinstance(found, dict):
        raise Unreadable("This must be an object: { … }.")
    meant = found.get("provider")
    if meant in registry.SLUGS and meant != provider.slug:
        other = registry.get(str(meant)).name
        raise Unreadable(f"This is a spec for {other}, and the form is one for {provider.name}.")
    return read_pasted(provider, found)
