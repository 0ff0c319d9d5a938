"""Kinds of values that several of Baseten's fields share: secrets by name, absolute paths, memory."""

import re
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from gpuconsole.providers.problems import wrong
from gpuconsole.providers.specs import SpecPart
from gpuconsole.providers.ui import Ui
from gpuconsole.providers.words import Sentence, gettext_noop

SEED, DOCS, CLIENT = "seed", "docs", "client code"

MEMORY_PATTERN = r"^[0-9]+(\.[0-9]+)?(Ki|Mi|Gi|Ti|K|M|G|T)?$"
_MEMORY = re.compile(MEMORY_PATTERN)
_DECIMAL_MEMORY = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*([KMGT])i?B?", re.IGNORECASE)
_POWER = {"K": 1, "M": 2, "G": 3, "T": 4}


class BasetenSecretRef(SpecPart):
    """A stored secret, by its name."""

    name: Annotated[
        str,
        Field(min_length=1, title=gettext_noop("Secret"), description=gettext_noop("Name of a stored secret.")),
        Ui(choices="secrets", secret=True, source=CLIENT),
    ]


def _absolute(path: str) -> str:
    if not path.startswith("/"):
        fix = f"/{path.lstrip('./')}" if path.strip() else None
        if fix is None:
            raise wrong('Must start with "/".')
        raise wrong(Sentence('Must start with "/". Did you mean {fix}?', fix=fix), fix=fix)
    return path


def _memory(text: str) -> str:
    if _MEMORY.fullmatch(text):
        return text
    if not (decimal := _DECIMAL_MEMORY.fullmatch(text.strip())):
        raise wrong("Must be a number with a unit, such as 64Gi.")
    amount, prefix = decimal.group(1), decimal.group(2).upper()
    binary = f"{amount}{prefix}i"
    if "i" in text.lower():
        text = Sentence("Must be a number with a unit, such as 64Gi. Did you mean {fix}?", fix=binary)
        raise wrong(text, fix=binary)
    worth = int(float(amount) * 1000 ** _POWER[prefix] / 1024 ** _POWER[prefix])
    text = Sentence(
        "Baseten takes binary units. {decimal} is {worth}; for the full {full} write {binary}.",
        decimal=f"{amount} {prefix}B",
        worth=f"{worth} {prefix}i",
        full=f"{amount} {prefix}i",
        binary=binary,
    )
    raise wrong(text, fix=binary)


def memory_gib(text: str) -> float:
    """A Kubernetes quantity such as 128Gi in GiB."""
    found = re.fullmatch(r"([0-9.]+)(Ki|Mi|Gi|Ti|K|M|G|T)?", text)
    if not found:
        return 0.0
    amount, unit = float(found.group(1)), found.group(2) or ""
    base = 1024.0 if unit.endswith("i") else 1000.0
    return float(amount * base ** _POWER.get(unit[:1], 0) / 1024**3)


def _pattern(pattern: str) -> dict[str, Any]:
    return {"pattern": pattern}


AbsolutePath = Annotated[str, AfterValidator(_absolute), Field(json_schema_extra=_pattern("^/"))]
"""A path inside the container."""
Memory = Annotated[str, AfterValidator(_memory), Field(json_schema_extra=_pattern(MEMORY_PATTERN))]
"""A Kubernetes quantity."""
