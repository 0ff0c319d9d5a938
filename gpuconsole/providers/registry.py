"""Which providers there are: one word a provider."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from gpuconsole.providers.contract import Provider

SLUGS = ("baseten", "cortecs", "fireworks", "novita", "otoy")


@cache
def get(slug: str) -> Provider:
    """The provider known by its slug. Raises KeyError for a word that is none."""
    if slug not in SLUGS:
        raise KeyError(slug)
    provider: Provider = import_module(f"gpuconsole.providers.{slug}").PROVIDER
    return provider


def every() -> tuple[Provider, ...]:
    """All providers in the order in which pages list them."""
    return tuple(get(slug) for slug in SLUGS)
