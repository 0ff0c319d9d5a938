"""Where webhooks may go: public HTTPS addresses, and what the operator of the installation allows besides."""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from gpuconsole.core.errors import Refused

_PUBLIC_V6 = ipaddress.ip_network("2000::/3")
_INTO_V4 = (ipaddress.ip_network("2002::/16"), ipaddress.ip_network("2001::/32"))
"""6to4 and Teredo carry an IPv4 address, which may be a private one."""
_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class Target:
    """An address that was checked: ``url`` names the machine by its number, so that nobody can move it meanwhile."""

    url: str
    host: str
    """For the Host header."""
    name: str
    """For the certificate."""


def check(url: str) -> None:
    """Look at the address itself, without asking for its machine. Raises Refused."""
    _parts(url)


def resolve(url: str) -> Target:
    """Find the machine. Raises Refused where one of those behind the name is in a private network."""
    parts = _parts(url)
    name, port = parts.hostname or "", _port(parts)
    try:
        found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as exc:
        raise Refused(_("Nobody knows the host {name}.").format(name=name), code="unknown_host", field="url") from exc
    numbers = [str(one[4][0]).partition("%")[0] for one in found]
    if not _is_allowed(parts) and not all(is_public(number) for number in numbers):
        raise Refused(
            _("{name} is in a private network: webhooks go to public addresses.").format(name=name),
            code="private",
            field="url",
        )
    number = f"[{numbers[0]}]" if ":" in numbers[0] else numbers[0]
    path = parts._replace(netloc=f"{number}:{port}", fragment="").geturl()
    return Target(path, parts.netloc, name)


def is_public(number: str) -> bool:
    """Whether an address is one of the open internet."""
    address = ipaddress.ip_address(number)
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(str(address.ipv4_mapped))
        if address not in _PUBLIC_V6 or any(address in network for network in _INTO_V4):
            return False
    return address.is_global and not address.is_multicast


def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as exc:
        raise Refused(_("This is no address of the form https://host/path."), code="invalid", field="url") from exc
    if parts.scheme not in _PORTS or not parts.hostname or any(letter.isspace() or letter < "!" for letter in url):
        raise Refused(_("This is no address of the form https://host/path."), code="invalid", field="url")
    if parts.username is not None or parts.password is not None:
        text = _("Leave name and password out of the address: messages are signed.")
        raise Refused(text, code="invalid", field="url")
    if port == 0:
        raise Refused(_("There is no port 0."), code="invalid", field="url")
    if parts.scheme != "https" and not _is_allowed(parts):
        raise Refused(_("Must begin with https://."), code="not_https", field="url")
    if _is_private_number(parts.hostname) and not _is_allowed(parts):
        raise Refused(_("Webhooks go to public addresses, not into private networks."), code="private", field="url")
    return parts


def _is_private_number(host: str) -> bool:
    try:
        return not is_public(host)
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _is_allowed(parts: SplitResult) -> bool:
    """Whether the operator named this origin: then plain HTTP and a private network are fine."""
    origin = (parts.scheme, parts.hostname, _port(parts))
    allowed = (urlsplit(one) for one in settings.ALLOWED_WEBHOOKS)
    return any(origin == (one.scheme, one.hostname, _port(one)) for one in allowed)


def _port(parts: SplitResult) -> int:
    return parts.port or _PORTS.get(parts.scheme, 0)
