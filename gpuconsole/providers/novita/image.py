"""The image of a Novita instance, the login that it is pulled with, and what it runs."""

from typing import Annotated

from pydantic import AfterValidator, Field

from gpuconsole.providers.novita.fields import BOTH, DOCS, LONGEST_LOGIN
from gpuconsole.providers.problems import wrong
from gpuconsole.providers.ui import Ui
from gpuconsole.providers.words import gettext_noop


def _no_login(name: str) -> str:
    if ":" in name:
        raise wrong("This looks like a login itself. Store it as a secret of the project and name that secret here.")
    return name


Url = Annotated[
    str,
    Field(
        title=gettext_noop("Image URL"),
        description=gettext_noop("Image to run; from Docker Hub when no registry is named."),
        min_length=1,
        max_length=500,
        examples=["infrai/pytorch:2.2.1"],
    ),
    Ui(group="Image and command", width=12, placeholder="infrai/pytorch:2.2.1", source=BOTH),
]
Login = Annotated[
    str,
    AfterValidator(_no_login),
    Field(
        title=gettext_noop("Registry login"),
        description=gettext_noop("Name of a stored secret that holds username:password; the login itself is sent."),
        max_length=LONGEST_LOGIN,
        examples=["registry_login"],
    ),
    Ui(
        group="Image and command",
        secret=True,
        width=6,
        default_text=gettext_noop("none, public image"),
        excludes=("imageAuthId",),
        source=f"{BOTH}; exclusivity assumed",
    ),
]
StoredLogin = Annotated[
    str,
    Field(
        title=gettext_noop("Stored registry login"),
        description=gettext_noop("A login that is stored at Novita, in place of one of ours."),
        default_factory=str,
        examples=["73068571"],
    ),
    Ui(
        group="Image and command",
        choices="registry_logins",
        width=6,
        excludes=("imageAuth",),
        source=f"{DOCS}; exclusivity assumed",
    ),
]
Command = Annotated[
    str,
    Field(
        title=gettext_noop("Start command"),
        description=gettext_noop(
            "Required, and may be empty: then the image's own runs. Fetch longer scripts at the start; "
            "a start may be repeated."
        ),
        max_length=2047,
        examples=[""],
    ),
    Ui(group="Image and command", width=8, sends="", source=BOTH),
]
Entrypoint = Annotated[
    str,
    Field(
        title=gettext_noop("Entrypoint"),
        description=gettext_noop("Replaces the image's ENTRYPOINT."),
        default_factory=str,
        max_length=2047,
        examples=["/bin/sh"],
    ),
    Ui(group="Image and command", width=4, source=DOCS),
]
