"""What Fireworks changes of a batch job that is there: its label and who may touch it; all else is immutable."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from gpuconsole.providers.contract import WireRequest
from gpuconsole.providers.edits import Edits
from gpuconsole.providers.fireworks.bodies import account_of
from gpuconsole.providers.fireworks.client import job_path
from gpuconsole.providers.fireworks.fields import CLIENT, SEED_CLIENT
from gpuconsole.providers.ui import Section, Ui, Widget
from gpuconsole.providers.words import gettext_noop

LONGEST_NAME = 63


class FireworksEdits(Edits):
    """Annotations are immutable, so our launch token stays where it is whatever is changed here (client code)."""

    sections = (Section(gettext_noop("Label and sharing"), is_open=True),)
    name_field = "displayName"

    displayName: Annotated[  # noqa: N815 - the wire name
        str,
        Field(
            title=gettext_noop("Display name"),
            description=gettext_noop("Label for people; the work is called so here too."),
            min_length=1,
            max_length=LONGEST_NAME,
            examples=["eval-nightly"],
        ),
        Ui(group="Label and sharing", width=6, source=f"{CLIENT}; that it is not emptied, ours"),
    ] = ""
    shared: Annotated[
        bool,
        Field(
            title=gettext_noop("Share in the account"),
            description=gettext_noop(
                "Everyone in the account may update, delete and clone it, and make environments from it."
            ),
            examples=[True],
        ),
        Ui(group="Label and sharing", widget=Widget.SWITCH, width=6, source=SEED_CLIENT),
    ] = False

    @classmethod
    def current(cls, raw: Mapping[str, Any]) -> dict[str, Any]:
        """Answers leave out what is empty or false."""
        return {"displayName": str(raw.get("displayName") or ""), "shared": raw.get("shared") is True}


def request(job_id: str, edits: Edits, raw: Mapping[str, Any]) -> WireRequest:
    """The mask names what changes: without one all would be replaced (client code; its place is assumed)."""
    changes = edits.wire()
    return WireRequest(
        "PATCH", f"{job_path(account_of(raw.get('name')), job_id)}?updateMask={','.join(changes)}", changes
    )
