"""What the JSON API tells of the guards of work, launched or to be launched."""

from gpuconsole.core.api import Amount, ApiSchema
from gpuconsole.workloads.guarding import KEYS, Guards


class GuardsOut(ApiSchema):
    """Rules of ours that end work; null: there is no such rule."""

    stop_after_s: int | None
    stop_at_cost: Amount | None
    idle_after_s: int | None
    idle_percent: int
    queue_limit_s: int | None
    queue_then: str
    terminate_after_s: int | None
    warn_before_s: int | None


def shape_guards(stop_after_s: int | None, guards: Guards) -> GuardsOut:
    """The latest end with the other guards."""
    return GuardsOut.model_construct(stop_after_s=stop_after_s, **{key: getattr(guards, key) for key in KEYS})
