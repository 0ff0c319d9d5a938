"""What the account offers for a field just now, and what the chosen values mean for the others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from gpuconsole.providers.fireworks.bodies import id_of
from gpuconsole.providers.fireworks.machines import Machine, machine
from gpuconsole.providers.fireworks.offers import free_ranks, instance_type, is_ready, most_nodes, per_node
from gpuconsole.providers.fireworks.schemas import FireworksJobSpec
from gpuconsole.providers.remote import Choice
from gpuconsole.providers.words import Counted, Sentence, gettext_noop

COLLECTIONS = {
    "node_pools": "nodePools",
    "environments": "environments",
    "snapshots": "snapshots",
    "roles": "awsIamRoleBindings",
}
"""Where the choices of a source come from, below an account."""


def account(row: Mapping[str, Any]) -> Choice:
    """An account that the key sees."""
    value = id_of(row.get("name"))
    return Choice(value, str(row.get("displayName") or value))


def of(source: str, rows: Iterable[tuple[str, Mapping[str, Any]]]) -> list[Choice]:
    """The choices of a source, each once, with the accounts that have it; rows come with their account."""
    found: dict[str, Choice] = {}
    for owner, row in rows:
        made = _MAKERS[source](row)
        seen = found.get(made.value)
        accounts = [*seen.facts["accounts"], owner] if seen else [owner]
        one = seen or made
        if made.value:
            found[made.value] = replace(one, facts={**one.facts, "accounts": accounts})
    return list(found.values())


def pool_choice(pool: Mapping[str, Any]) -> Choice:
    """A node pool for the form's table."""
    found, free = machine(instance_type(pool)), free_ranks(pool)
    state = str(pool.get("state") or "")
    facts = {
        "state": state,
        "gpus": found.gpus,
        "is_known": found.is_known,
        "ranks_per_node": per_node(pool) or found.gpus or 1,
        "most_nodes": most_nodes(pool),
        "free_ranks": free,
        "cells": [  # pairs, as a database keeps no order of keys
            [gettext_noop("A host"), _host(found, instance_type(pool))],
            [gettext_noop("Hosts"), f"at most {most_nodes(pool)}"],
            [gettext_noop("Free now"), _ranks(free)],
            [gettext_noop("Price"), gettext_noop("on your AWS bill")],
        ],
        "refusal": "" if is_ready(pool) else f"is {state.lower() or 'not ready'}",
    }
    return Choice(id_of(pool.get("name")), str(pool.get("displayName") or id_of(pool.get("name"))), facts=facts)


def _ranks(free: int | None) -> str:
    return gettext_noop("not told") if free is None else f"{free} rank{'' if free == 1 else 's'}"


def environment_choice(row: Mapping[str, Any]) -> Choice:
    """A saved environment; one that is being made or deleted cannot be run in."""
    value, state = id_of(row.get("name")), str(row.get("state") or "")
    refusal = f"is {state.lower()}" if state in ("CREATING", "DELETING") else ""
    image = str(row.get("baseImageRef") or "")
    return Choice(value, _label(row, value), help=image, facts={"state": state, "refusal": refusal})


def snapshot_choice(row: Mapping[str, Any]) -> Choice:
    """A snapshot; its id is a number of the server's, so its day tells it apart."""
    value, state = id_of(row.get("name")), str(row.get("state") or "")
    refusal = "" if state == "READY" else f"is {state.lower() or 'not ready'}"
    day = str(row.get("createTime") or "").partition("T")[0]
    return Choice(value, f"{value} of {day}" if day else value, facts={"state": state, "refusal": refusal})


def role_choice(row: Mapping[str, Any]) -> Choice:
    """An AWS role that somebody of the account is bound to."""
    value = str(row.get("role") or "")
    return Choice(value, value, help=f"bound to {row.get('principal')}")


def mistakes(spec: FireworksJobSpec, choices: Mapping[str, Sequence[Choice]]) -> dict[str, str]:
    """What the account's current lists say against a spec; a list that is not known says nothing."""
    found: dict[str, str] = {}
    accounts = choices.get("accounts", ())
    if accounts and spec.account_id not in {choice.value for choice in accounts}:
        found["account_id"] = Sentence("The key sees no account {account}.", account=spec.account_id)
    for path, source, value, unlisted in (
        ("nodePoolId", "node_pools", spec.nodePoolId, gettext_noop("Account {account} lists no node pool {id}.")),
        (
            "environmentId",
            "environments",
            spec.environmentId,
            gettext_noop("Account {account} lists no environment {id}."),
        ),
        ("snapshotId", "snapshots", spec.snapshotId, gettext_noop("Account {account} lists no snapshot {id}.")),
    ):
        listed = choices.get(source, ())
        chosen = _of(listed, value, spec.account_id)
        if value and listed and chosen is None:
            found[path] = Sentence(unlisted, account=spec.account_id, id=value)
        elif chosen is not None and chosen.facts.get("refusal"):
            found[path] = f"{value} {chosen.facts['refusal']}."
    return found


def notes(wire: Mapping[str, Any], choices: Mapping[str, Sequence[Choice]]) -> dict[str, str]:
    """What holds for the values chosen so far: letters left in the name, and what the ranks take up."""
    found: dict[str, str] = {}
    name, ranks = wire.get("displayName"), wire.get("numRanks", 1)
    if isinstance(name, str):
        found["displayName"] = Sentence("{length} of at most 63 characters.", length=len(name))
    pool = _of(choices.get("node_pools", ()), wire.get("nodePoolId"), wire.get("account_id"))
    if pool is not None and isinstance(ranks, int) and not isinstance(ranks, bool) and ranks > 0:
        found["numRanks"] = _taken(pool.facts, ranks)
    return found


def _taken(facts: Mapping[str, Any], ranks: int) -> str:
    hosts = -(-ranks // int(facts.get("ranks_per_node") or 1))
    most = int(facts.get("most_nodes") or 1)
    on = Counted("{number} host", "{number} hosts", hosts)
    if facts.get("gpus"):
        gpus = Counted("{number} GPU", "{number} GPUs", ranks)
        text = Sentence("One GPU a rank here: {gpus} on {hosts}.", gpus=gpus, hosts=on)
    else:
        text = Sentence("One host a rank here: {hosts}.", hosts=on)
    if hosts <= most:
        return text
    return Sentence("{taken} The pool has {most} at most: the job would wait.", taken=text, most=most)


def _of(listed: Sequence[Choice], value: Any, account: Any) -> Choice | None:
    """The choice of this value in this account; in any, while no account is chosen."""
    alike = (choice for choice in listed if choice.value == value)
    return next((choice for choice in alike if not account or account in choice.facts.get("accounts", ())), None)


def _host(found: Machine, instance_type: str) -> str:
    if not found.gpus:
        return f"{instance_type}, no GPU" if found.is_known else instance_type
    return f"{found.gpus} × {found.gpu}" + (f" {found.vram_gb} GB" if found.vram_gb else "")


def _label(row: Mapping[str, Any], value: str) -> str:
    name = str(row.get("displayName") or "")
    return f"{name} ({value})" if name and name != value else value


_MAKERS = {
    "node_pools": pool_choice,
    "environments": environment_choice,
    "snapshots": snapshot_choice,
    "roles": role_choice,
}
