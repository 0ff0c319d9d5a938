"""What somebody else does at the same account, past this console, and how the console takes note of it."""

from __future__ import annotations

import copy

from gpuconsole.connections.opening import open_adapter
from gpuconsole.inventory.models import Finding, FindingState
from gpuconsole.providers import registry
from gpuconsole.providers.remote import Remote
from tests.contract.samples import sample
from tests.sync.bench import Engine

BY_HAND = "made-by-hand"
THEIRS = "gc-0the0123456789abcdef"


def launch_elsewhere(engine: Engine, slug: str, token: str = BY_HAND, **changes: object) -> Remote:
    """Made at the provider itself, with the account's own key."""
    spec = registry.get(slug).spec.read({**copy.deepcopy(sample(slug)), **changes})
    return open_adapter(engine.connect(slug)).launch(spec, token, {})


def look(engine: Engine, slug: str = "baseten", times: int = 1, after_s: float = 400) -> None:
    """So many inventories, each in a round of its own."""
    for _ in range(times):
        engine.wait_here(after_s)
        engine.sync(slug)


def shown() -> list[Finding]:
    """Everything that people are shown, oldest first."""
    return list(Finding.objects.exclude(state=FindingState.SEEN).order_by("pk"))
