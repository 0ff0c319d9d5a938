"""JSON that people paste: a spec of ours, or a provider's documented body."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from gpuconsole.core.spec_forms import Layout, SpecForm
from gpuconsole.core.spec_forms.build import build
from gpuconsole.core.spec_forms.codecs import Unreadable, parse_json
from gpuconsole.providers import registry
from gpuconsole.providers.contract import Provider
from gpuconsole.providers.specs import read_pasted


def read(provider: Provider, text: str) -> dict[str, Any]:
    """The spec, unchecked, that a text says. Raises Unreadable, also for a spec of another provider."""
    found = _object(text)
    meant = found.get("provider")
    if meant in registry.SLUGS and meant != provider.slug:
        other = registry.get(str(meant)).name
        text = _("This is a spec for {other}, and the form is one for {provider}.")
        raise Unreadable(text.format(other=other, provider=provider.name))
    return read_pasted(provider, found)


def provider_of(text: str) -> Provider:
    """Whose spec or body a text is: the one that it names, else the one whose fields it has. Raises Unreadable."""
    found = _object(text)
    if found.get("provider") in registry.SLUGS:
        return registry.get(str(found["provider"]))
    able = [provider for provider in registry.every() if _knows(provider, found)]
    if not able:
        raise Unreadable(_("No provider's form has a field of these."))
    fits = [(_strangers(provider, found), provider) for provider in able]
    fewest = min(count for count, provider in fits)
    best = [provider for count, provider in fits if count == fewest]
    if len(best) > 1:
        slugs = ", ".join(f'"{slug}"' for slug in registry.SLUGS)
        text = _('It could be for several providers. Add "provider" with one of {listed}.')
        raise Unreadable(text.format(listed=slugs))
    return best[0]


def _knows(provider: Provider, found: dict[str, Any]) -> bool:
    """Whether it says anything that the provider's form has a field for."""
    spec = read_pasted(provider, found)
    return any(child.key in spec for child in build(provider.spec).children)


def _strangers(provider: Provider, found: dict[str, Any]) -> int:
    """How many fields of it the provider's form does not know, and how many of its required ones it lacks."""
    form = SpecForm.from_wire(provider.spec, read_pasted(provider, found), fixed={"provider": provider.slug})
    return len(Layout(form).extras) + sum(one.is_missing for one in form.located.values())


def _object(text: str) -> dict[str, Any]:
    found = parse_json(text)
    if not isinstance(found, dict):
        raise Unreadable(_("This must be an object: { … }."))
    return found
