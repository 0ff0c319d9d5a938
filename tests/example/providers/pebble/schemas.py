"""Every create field of a Pebble task, by its wire name."""

from typing import Annotated, Literal

from pydantic import Field

from gpuconsole.providers.specs import Spec
from gpuconsole.providers.ui import Section, Ui, Widget


class PebbleSpec(Spec):
    """A container on one or more like machines."""

    sections = (Section("Task", is_open=True), Section("Machine", is_open=True))

    provider: Literal["pebble"] = Field(title="Provider")
    name: Annotated[
        str | None,
        Field(title="Name", description="Shown in lists; our launch token is put in front.", max_length=40),
        Ui(group="Task", source="made up"),
    ] = None
    image: Annotated[
        str,
        Field(title="Image", description="Container image to run.", min_length=1, examples=["python:3.12"]),
        Ui(group="Task", source="made up"),
    ]
    command: Annotated[
        list[str] | None,
        Field(title="Command", description="One word a line.", max_length=8, examples=[["python", "train.py"]]),
        Ui(group="Task", widget=Widget.LINES, width=12, source="made up"),
    ] = None
    machine: Annotated[
        str,
        Field(title="Machine", description="Machine type.", min_length=1, examples=["a100.1"]),
        Ui(group="Machine", choices="machines", source="made up"),
    ]
    count: Annotated[
        int,
        Field(title="Machines", description="How many alike.", ge=1, le=4, examples=[2]),
        Ui(group="Machine", unit="machines", widget=Widget.STEPPER, width=3, source="made up"),
    ] = 1
