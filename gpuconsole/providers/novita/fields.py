"""Objects and kinds of values inside a Novita instance: ports, tools, variables."""

import re
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from gpuconsole.providers.problems import wrong
from gpuconsole.providers.specs import SpecPart
from gpuconsole.providers.ui import Listed, Ui
from gpuconsole.providers.words import Sentence, gettext_noop

DOCS, BOTH, GONE = "docs", "seed; docs", "gone from the current page"

PORTS_PATTERN = r"^$|^\d{1,5}/(tcp|http)(,\d{1,5}/(tcp|http))*$"
RESERVED = frozenset({2222, 2223, 2224})
"""Ports inside the container that the platform keeps for itself (docs)."""
MOST_PORTS = 15
"""Ports and tools together (docs; an older client says 10)."""
KINDS = (Listed("tcp", gettext_noop("tcp")), Listed("http", gettext_noop("http")))
LONGEST_VALUE, LONGEST_LOGIN = 4095, 10239
"""Characters (docs)."""

_PORTS = re.compile(PORTS_PATTERN, re.ASCII)


class NovitaSecretRef(SpecPart):
    """A stored secret, by its name; Novita stores none, so its value goes into the request."""

    name: Annotated[
        str,
        Field(min_length=1, title=gettext_noop("Secret"), description=gettext_noop("Name of a secret of the project.")),
        Ui(secret=True),
    ]


def port_numbers(ports: str) -> Iterator[int]:
    """The port numbers in a list such as ``8080/tcp,8081/http``."""
    yield from (int(port.partition("/")[0]) for port in ports.split(",") if port)


def listed_twice(port: int) -> Sentence:
    """What is said of a port that stands in two rows."""
    return Sentence("{port} is listed twice.", port=port)


def too_many(count: int) -> Sentence:
    """What is said of more ports and tools than there may be."""
    return Sentence("Ports and tools together are at most {most}, not {count}.", most=MOST_PORTS, count=count)


def publishable(number: int) -> int:
    """The port, unless it is one that cannot be published."""
    if number in RESERVED:
        text = gettext_noop("{port} is taken by the platform: 2222, 2223 and 2224 cannot be published.")
        raise wrong(Sentence(text, port=number))
    if not 1 <= number <= 65535:
        raise wrong(Sentence("Ports go from 1 to 65535, not {port}.", port=number))
    return number


def _ports(text: str) -> str:
    if not _PORTS.fullmatch(text):
        tidy = re.sub(r"\s+", "", text.lower()).strip(",")
        fix = tidy if _PORTS.fullmatch(tidy) else None
        raise wrong("Each port is written as 8080/tcp or 8081/http, with commas between.", fix=fix)
    seen = set[int]()
    for number in port_numbers(text):
        publishable(number)
        if number in seen:
            raise wrong(listed_twice(number))
        seen.add(number)
    return text


def _tool_port(text: str) -> str:
    if not re.fullmatch(r"\d{1,5}", text, re.ASCII):
        raise wrong("Must be a port number, such as 8888.")
    publishable(int(text))
    return text


def _text_or_secret(value: Any) -> Any:
    """Told apart here, so that an error stands at the value and not at both members of a union."""
    if isinstance(value, dict):
        return NovitaSecretRef.model_validate(value)
    if not isinstance(value, (str, NovitaSecretRef)):
        raise wrong('Must be text, or an object such as {"name": "hf_token"} that names a stored secret.')
    if isinstance(value, str) and len(value) > LONGEST_VALUE:
        raise wrong(Sentence("Must have at most {most} characters.", most=LONGEST_VALUE))
    return value


Ports = Annotated[str, AfterValidator(_ports), Field(json_schema_extra={"pattern": PORTS_PATTERN})]
"""Ports to publish, as one text."""
_Plain = Annotated[str, Field(max_length=LONGEST_VALUE)]


class NovitaPort(SpecPart):
    """One row of the ports in the form; on the wire they are one text."""

    port: Annotated[int, AfterValidator(publishable), Field(title=gettext_noop("Port")), Ui(width=6, source=BOTH)]
    type: Annotated[
        Literal["tcp", "http"], Field(title=gettext_noop("Kind")), Ui(width=6, sends="http", listed=KINDS, source=BOTH)
    ]


class NovitaTool(SpecPart):
    """A built-in tool of an official image."""

    name: Annotated[
        Literal["Jupyter"],
        Field(title=gettext_noop("Tool"), description=gettext_noop("Tool to start."), examples=["Jupyter"]),
        Ui(width=4, source="seed example; enum docs"),
    ]
    port: Annotated[
        str,
        AfterValidator(_tool_port),
        Field(
            title=gettext_noop("Port"),
            description=gettext_noop("Port of the tool, sent as text."),
            examples=["8888"],
            json_schema_extra={"x-minimum": 1, "x-maximum": 65535},
        ),
        Ui(width=3, sends="8888", source="seed example; range docs; default assumed"),
    ]
    type: Annotated[
        Literal["tcp", "http"],
        Field(title=gettext_noop("Kind"), description=gettext_noop("Protocol of the tool's port."), examples=["http"]),
        Ui(width=5, sends="http", listed=KINDS, source="seed example; enum docs; default assumed"),
    ]


class NovitaVariable(SpecPart):
    """An environment variable."""

    key: Annotated[
        str,
        Field(
            title=gettext_noop("Key"),
            description=gettext_noop("Name of the variable."),
            max_length=511,
            examples=["test"],
        ),
        Ui(width=4, source="seed example; limit docs"),
    ]
    value: Annotated[
        _Plain | NovitaSecretRef,
        BeforeValidator(_text_or_secret),
        Field(
            title=gettext_noop("Value"),
            description=gettext_noop("Text, or the name of a stored secret."),
            examples=["test", {"name": "token"}],
        ),
        Ui(width=6, source="seed example; limit docs"),
    ]
