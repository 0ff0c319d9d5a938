"""Where credentials may be sent: the provider's own address, the sandbox, or what the operator allows."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from gpuconsole.connections.models import Connection
from gpuconsole.core.errors import Refused
from gpuconsole.providers import registry
from gpuconsole.providers.contract import Provider

SANDBOX = "sandbox"
OWN = ""


def choices(provider: Provider) -> list[tuple[str, str]]:
    """What the add form offers: (value, label)."""
    found = [(OWN, _("{address} (the provider's own)").format(address=provider.base_url))]
    if settings.SIMULATOR_URL:
        found.append((SANDBOX, _("Sandbox (the built-in simulator, costs nothing)")))
    return found + [(url, url) for url in _allowed()]


def require_allowed(choice: str) -> None:
    """Raises Refused for an address that nobody allowed: the console must not be led into private networks."""
    if choice == SANDBOX and not settings.SIMULATOR_URL:
        raise Refused(_("This installation has no sandbox."), field="base_url")
    if choice not in {OWN, SANDBOX, *_allowed()}:
        raise Refused(_("The operator of this installation has not allowed this address."), field="base_url")


def base_url_of(connection: Connection) -> str:
    """The address that its calls go to now; the rule is asked each time, since it may have become stricter."""
    provider = registry.get(connection.provider)
    if connection.is_sandbox:
        require_allowed(SANDBOX)
        return sandbox_url(provider)
    require_allowed(connection.base_url)
    return connection.base_url or provider.base_url


def sandbox_url(provider: Provider) -> str:
    """The provider's dialect at the simulator, with the path of its real base URL."""
    return f"{settings.SIMULATOR_URL}/{provider.slug}{urlsplit(provider.base_url).path.rstrip('/')}"


def _allowed() -> list[str]:
    return [url.rstrip("/") for url in getattr(settings, "ALLOWED_BASE_URLS", ())]
