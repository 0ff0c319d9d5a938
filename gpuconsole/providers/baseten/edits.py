"""What Baseten changes of a training job that still waits: its place in the queue (client code)."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from gpuconsole.providers.baseten.client import jobs_path
from gpuconsole.providers.baseten.compute import AVAILABILITY
from gpuconsole.providers.baseten.remotes import project_id
from gpuconsole.providers.contract import WireRequest
from gpuconsole.providers.edits import Edits
from gpuconsole.providers.ui import Section, Ui, Widget
from gpuconsole.providers.wire import quoted
from gpuconsole.providers.words import gettext_noop


class BasetenEdits(Edits):
    """Only the fields that are given are sent."""

    sections = (Section(gettext_noop("Queue"), is_open=True),)
    statuses: ClassVar[frozenset[str]] = frozenset({"TRAINING_JOB_PENDING"})
    when = gettext_noop("Baseten changes a job only while it waits in TRAINING_JOB_PENDING.")

    priority: Annotated[
        int,
        Field(title=gettext_noop("Priority"), description=gettext_noop("Higher leaves the queue first."), examples=[5]),
        Ui(group="Queue", width=4, source="client code"),
    ] = 0
    availability_model: Annotated[
        Literal["dedicated", "spot"],
        Field(
            title=gettext_noop("Availability"),
            description=gettext_noop("Spot jobs may be interrupted."),
            examples=["spot"],
        ),
        Ui(group="Queue", widget=Widget.RADIO, listed=AVAILABILITY, width=6, source="client code"),
    ] = "dedicated"


def request(job_id: str, edits: Edits, raw: Mapping[str, Any]) -> WireRequest:
    """The job's project is in its last answer."""
    return WireRequest("PATCH", f"{jobs_path(project_id(raw))}/{quoted(job_id)}", edits.wire())
