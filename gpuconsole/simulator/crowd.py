"""Very many resources at once, for measuring: copies of one that was launched, each at an age of its own."""

from typing import Any

from gpuconsole.simulator.world import Resource, World

MOST = 20_000


class BadCrowd(ValueError):
    """What was asked for makes no sense; its text says why."""


def bring(world: World, like: Resource, ids: list[Any], ages_s: list[Any]) -> list[Resource]:
    """Copies of a resource under these ids, each born so many seconds ago. They live on as any other does.

    To be told oldest first, since lists go by the order of birth; the one that is copied is best left as it was born.
    """
    if len(ids) != len(ages_s) or len(ids) > MOST:
        raise BadCrowd(f"ids and ages_s must be lists of one length, {MOST} at most")
    if not all(isinstance(one, str) and one for one in ids) or len(set(ids)) < len(ids):
        raise BadCrowd("ids must be texts, each once")
    if not all(isinstance(age, int | float) and not isinstance(age, bool) and age >= 0 for age in ages_s):
        raise BadCrowd("ages_s must be seconds, none of them negative")
    if taken := next((one for one in ids if world.resource(like.provider, one)), None):
        raise BadCrowd(f"{taken} is there already")
    memory, now = like.memory(), world.now()
    made = []
    for resource_id, age_s in zip(ids, ages_s, strict=True):
        moved = _moved(memory, round(now - age_s - like.created_at, 3))
        copy = type(like).revive(world, {**moved, "id": resource_id})
        world.add(copy)
        made.append(copy)
    return made


def changes(resource: Resource, since: float, now: float) -> list[tuple[float, str]]:
    """The status words that it came to after a moment, with the moments."""
    return [step for step in resource.history(now) if step[0] > since]


def _moved(value: Any, seconds: float, key: str = "") -> Any:
    """What a resource remembers, with each of its moments moved: those are called ``at``, or end in it."""
    if isinstance(value, dict):
        return {name: item if name == "create_body" else _moved(item, seconds, name) for name, item in value.items()}
    if isinstance(value, list) and key == "disks":  # since when it has had how many GB
        return [[round(since + seconds, 3), size_gb] for since, size_gb in value]
    if isinstance(value, list):
        return [_moved(item, seconds) for item in value]
    is_moment = key == "at" or key.endswith("_at")
    return round(value + seconds, 3) if is_moment and isinstance(value, int | float) else value
