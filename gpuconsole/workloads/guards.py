"""The guard rails of a launch form: fields of ours, declared like a provider's, and not sent to it."""

from functools import cache
from typing import Annotated, Any

from pydantic import BaseModel, Field, create_model

from gpuconsole.providers import registry
from gpuconsole.providers.specs import Section, SpecPart, Ui, Widget
from gpuconsole.workloads.names import LONGEST

PROJECTS = "our projects"
"""Source of the projects that the person may launch in."""
GROUP = "Guard rails"
SECTIONS = (Section(GROUP, is_open=True, help="gpuconsole only, not sent to the provider"),)
SHORTEST_S, LONGEST_S = 60, 366 * 86_400
OURS = "console"
"""The location of fields that are no part of any request."""
_STOP = Ui(location=OURS, group=GROUP, widget=Widget.QUANTITY, unit="s", units=("h", "min", "d"), width=4)


class Charged(SpecPart):
    """What every launch has."""

    project: Annotated[
        str,
        Field(title="Charge to", description="Quota and budget of this project count."),
        Ui(location=OURS, group=GROUP, choices=PROJECTS, width=4),
    ]


class Named(SpecPart):
    """Where the provider keeps no name."""

    name: Annotated[
        str | None,
        Field(title="Name", description="Only in this console: the provider keeps none.", max_length=LONGEST),
        Ui(location=OURS, group=GROUP, width=4),
    ] = None


class MayEnd(SpecPart):
    """Work that ends by itself may have a limit."""

    stop_after_s: Annotated[
        int | None,
        Field(title="Stop after", description="We stop it at this age.", ge=SHORTEST_S, le=LONGEST_S),
        _STOP,
    ] = None


class MustEnd(SpecPart):
    """Work that runs until somebody ends it needs a latest end."""

    stop_after_s: Annotated[
        int,
        Field(
            title="Stop at the latest after",
            description="Instances must have an end here.",
            ge=SHORTEST_S,
            le=LONGEST_S,
        ),
        _STOP,
    ]


class MayNeverEnd(SpecPart):
    """The same in a project that allows work without an end."""

    stop_after_s: Annotated[
        int | None,
        Field(
            title="Stop at the latest after",
            description="Empty: the project's usual end, or none where it has no such.",
            ge=SHORTEST_S,
            le=LONGEST_S,
        ),
        _STOP,
    ] = None


class Labelled(SpecPart):
    """Words to find it by."""

    labels: Annotated[
        list[Annotated[str, Field(max_length=60)]] | None,
        Field(title="Labels", description="One a line; lists can be narrowed to them.", max_length=20),
        Ui(location=OURS, group=GROUP, widget=Widget.LINES, width=4),
    ] = None


class GuardRails(BaseModel):
    """The fields below ``guards``."""

    guards: Any


@cache
def rails(slug: str, *, may_never_end: bool = False) -> type[GuardRails]:
    """The guard rails of one provider's form; ``may_never_end`` as the project has it."""
    provider = registry.get(slug)
    ends = MayEnd if provider.kind == "job" else MayNeverEnd if may_never_end else MustEnd
    parts = (Labelled, ends, *(() if provider.name_path else (Named,)), Charged)  # pydantic puts the last base first
    guards = create_model("Guards", __base__=parts)
    found: type[GuardRails] = create_model("Rails", __base__=GuardRails, guards=(guards, ...))
    return found
