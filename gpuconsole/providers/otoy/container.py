"""``parameters``: the container that an OTOY job runs, and the login for a private image."""

import ipaddress
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from gpuconsole.providers.otoy.fields import ASSUMED, CLIENT, DOCS, THIRD, TextOrSecret
from gpuconsole.providers.problems import problem, refuse
from gpuconsole.providers.specs import SpecPart
from gpuconsole.providers.ui import Section, Ui, Widget
from gpuconsole.providers.words import gettext_noop

CONTAINER, LOGIN, ACCESS, VOLUMES = (
    gettext_noop("Container"),
    gettext_noop("Private image login"),
    gettext_noop("Ports and access"),
    gettext_noop("Volumes"),
)
SECTIONS = (
    Section(CONTAINER, "parameters.parameters", is_open=True),
    Section(ACCESS, "parameters.parameters"),
    Section(LOGIN, "parameters.parameters", help=gettext_noop("only for an image that is not public")),
    Section(VOLUMES, "parameters.parameters.volumes"),
)


def _ranges(listed: list[str] | None) -> list[str] | None:
    found = []
    for number, text in enumerate(listed or ()):
        try:
            ipaddress.ip_network(text, strict=False)
        except ValueError:
            found.append(problem("Must be an address or a CIDR range, such as 203.0.113.7/32.", number))
    refuse("allowed_ips", found)
    return listed


class OtoyVolume(SpecPart):
    """A data image that is mounted into the container (names from the docs, meaning assumed)."""

    image: Annotated[
        str | None,
        Field(title=gettext_noop("Image"), description=gettext_noop("Data image.")),
        Ui(source=f"{DOCS}; {ASSUMED}"),
    ] = None
    tag: Annotated[
        str | None,
        Field(title=gettext_noop("Tag"), description=gettext_noop("Its tag.")),
        Ui(source=f"{DOCS}; {ASSUMED}"),
    ] = None
    mount: Annotated[
        str | None,
        Field(title=gettext_noop("Mount at"), description=gettext_noop("Path in the container."), examples=["/data"]),
        Ui(placeholder="/data", source=f"{DOCS}; {ASSUMED}"),
    ] = None
    registry: Annotated[
        str | None,
        Field(title=gettext_noop("Image server"), description=gettext_noop("Host of a private image server.")),
        Ui(source=f"{DOCS}; {ASSUMED}"),
    ] = None
    user: Annotated[
        str | None,
        Field(title=gettext_noop("User"), description=gettext_noop("User there.")),
        Ui(source=f"{DOCS}; {ASSUMED}"),
    ] = None
    secret: Annotated[
        str | None,
        Field(
            title=gettext_noop("Password or token"),
            description=gettext_noop("Secret of the project with the password or token."),
        ),
        Ui(secret=True, source=f"{DOCS}; {ASSUMED}"),
    ] = None


class OtoyDocker(SpecPart):
    """``parameters.parameters``: image, variables and ways in. There is no command: the image brings it."""

    wire_order = (
        *("image", "tag", "env", "ports", "sshkey", "allowed_ips"),
        *("host", "user", "secret", "imagesrc", "volumes"),
    )

    image: Annotated[
        str,
        Field(
            title=gettext_noop("Image"),
            description=gettext_noop(
                "Image to run, without its tag. What runs is baked in: there is no command to set."
            ),
            min_length=1,
            examples=["myteam/trainer"],
        ),
        Ui(width=6, placeholder="myteam/trainer", source=f"{DOCS}; required {ASSUMED}"),
    ]
    tag: Annotated[
        str | None,
        Field(title=gettext_noop("Tag"), description=gettext_noop("Image tag."), examples=["v1.0"]),
        Ui(width=3, default_text=gettext_noop("latest (assumed)"), source=DOCS),
    ] = None
    env: Annotated[
        dict[str, TextOrSecret],
        Field(
            title=gettext_noop("Environment variables"),
            description=gettext_noop("Variables for the container; a value is text, or names a secret of the project."),
            examples=[{"EPOCHS": "3", "HF_TOKEN": {"name": "hf_token"}}],
        ),
        Ui(widget=Widget.PAIRS, add=gettext_noop("Add variable"), width=12, source=DOCS),
    ] = {}
    ports: Annotated[
        list[Annotated[int, Field(ge=1, le=65535)]] | None,
        Field(
            title=gettext_noop("Ports"),
            description=gettext_noop(
                "Container ports to publish, one a line. They take the place of the default ones: keep 22 for SSH."
            ),
            examples=[[22, 8080]],
        ),
        Ui(group=ACCESS, widget=Widget.LINES, width=6, source=f"{DOCS}; replacement {THIRD}; limits {ASSUMED}"),
    ] = None
    allowed_ips: Annotated[
        list[str] | None,
        AfterValidator(_ranges),
        Field(
            title=gettext_noop("Allowed addresses"),
            description=gettext_noop("CIDR ranges that may reach the ports, one a line; empty lets everybody."),
            examples=[["203.0.113.7/32"]],
        ),
        Ui(group=ACCESS, widget=Widget.LINES, width=6, source=DOCS),
    ] = None
    sshkey: Annotated[
        str | None,
        Field(
            title=gettext_noop("SSH key"),
            description=gettext_noop("Public key for the SSH login; the vendor's images find it in SSH_PUBKEY."),
            examples=["ssh-ed25519 AAAA… user@host"],
        ),
        Ui(group=ACCESS, width=12, placeholder="ssh-ed25519 AAAA…", source=DOCS),
    ] = None
    host: Annotated[
        str | None,
        Field(
            title=gettext_noop("Image server"),
            description=gettext_noop("Host of the private image server."),
            examples=["images.example.com"],
        ),
        Ui(group=LOGIN, width=4, source=f"{DOCS}; {CLIENT}"),
    ] = None
    user: Annotated[
        str | None,
        Field(title=gettext_noop("User"), description=gettext_noop("User there."), examples=["robot"]),
        Ui(group=LOGIN, width=4, source=f"{DOCS}; {CLIENT}"),
    ] = None
    secret: Annotated[
        str | None,
        Field(
            title=gettext_noop("Password or token"),
            description=gettext_noop(
                "Secret of the project with the password or token; its value is sent in its place."
            ),
            examples=["registry_token"],
        ),
        Ui(group=LOGIN, width=4, secret=True, source=f"{DOCS}; {CLIENT}"),
    ] = None
    imagesrc: Annotated[
        str | None,
        Field(
            title=gettext_noop("Image source"),
            description=gettext_noop("Its meaning is not documented: leave it empty."),
        ),
        Ui(group=LOGIN, width=4, source=DOCS),
    ] = None
    volumes: Annotated[
        list[OtoyVolume],
        Field(title=gettext_noop("Volumes"), description=gettext_noop("Data images to mount into the container.")),
        Ui(group=VOLUMES, widget=Widget.ROWS, add=gettext_noop("Add volume"), width=12, source=f"{DOCS}; {ASSUMED}"),
    ] = []


class OtoyContainer(SpecPart):
    """``parameters``: the kind of runtime, and its settings."""

    type: Annotated[
        Literal["docker"],
        Field(
            title=gettext_noop("Runtime"),
            description=gettext_noop("Kind of runtime; there is one."),
            examples=["docker"],
        ),
        Ui(width=3, widget=Widget.SELECT, source=DOCS),
    ] = "docker"
    parameters: Annotated[
        OtoyDocker,
        Field(title=gettext_noop("Container settings"), description=gettext_noop("Image, variables and ways in.")),
        Ui(width=12, source=DOCS),
    ]
