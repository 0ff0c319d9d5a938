"""Ways into what runs, as a row keeps them: what may be shown to all in plain, passwords and their like sealed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from pydantic import SecretStr

from gpuconsole.core import crypto, fields
from gpuconsole.providers.remote import Port, Way
from gpuconsole.workloads.models import Workload


def columns(workload: Workload, told: Mapping[str, Way], ports: Sequence[Port] = ()) -> dict[str, Any]:
    """The columns for what a provider told.

    Sealing gives another blob each time, so one that holds the same already is kept: nothing new must read as such.
    """
    secret = {label: way.get_secret_value() for label, way in told.items() if isinstance(way, SecretStr)}
    is_kept = secret == hidden(workload)
    return {
        "connect": {label: None if label in secret else way for label, way in told.items()},
        "hidden_ways": workload.hidden_ways if is_kept else _sealed(workload, secret),
        "ports": [asdict(port) for port in ports],
    }


def hidden(workload: Workload) -> dict[str, str]:
    """The values that are not shown unasked, by label; empty too where they open no more: the next look tells them."""
    try:
        text = fields.read(workload, "hidden_ways")
    except crypto.SealBroken:
        return {}
    found: dict[str, str] = json.loads(text) if text else {}
    return found


def _sealed(workload: Workload, secret: Mapping[str, str]) -> bytes:
    return fields.sealed(workload, "hidden_ways", json.dumps(secret) if secret else "")
