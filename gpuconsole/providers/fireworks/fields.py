"""Kinds of values that Fireworks' fields have: short ids, role ARNs, variables, annotations, 32 bit numbers."""

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import InitErrorDetails

from gpuconsole.providers.problems import problem, refuse, wrong
from gpuconsole.providers.specs import SpecPart
from gpuconsole.providers.ui import Ui
from gpuconsole.providers.words import Sentence, gettext_noop

SEED, CLIENT = "seed", "client code"
SEED_CLIENT = f"{SEED}; {CLIENT}"

TOKEN_ANNOTATION = "gpuconsole.example/launch-token"  # noqa: S105 - a key, not a secret
"""The annotation that carries our launch token: annotations never change, and the prefix is nobody else's."""

PREFIX_MAX, NAME_MAX = 253, 63
"""Characters of an annotation's key before and behind its slash (kubernetes.io)."""
RESERVED = ("fireworks.ai/", "kubernetes.io/", "k8s.io/")
ANNOTATIONS_MAX_BYTES = 256 * 1024
"""Of all keys and values together (kubernetes.io; that Fireworks has the same cap is assumed)."""

_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?")
_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_PREFIX = re.compile(rf"{_LABEL}(\.{_LABEL})*")
_ARN = re.compile(r"arn:aws[a-z-]*:iam::[0-9]{12}:role/[\w+=,.@/-]+", re.ASCII)
_INT32_MAX = 2**31 - 1


class FireworksSecretRef(SpecPart):
    """A secret of the project, by its name: Fireworks stores none, so its value is put in when the job is sent."""

    name: Annotated[
        str,
        Field(min_length=1, title=gettext_noop("Secret"), description=gettext_noop("Name of a secret of the project.")),
        Ui(secret=True, source="ours"),
    ]


def _short(value: str) -> str:
    """Refuse a resource name such as ``accounts/acme/nodePools/h100-pool`` where its last part is wanted."""
    if "/" in value:
        last = value.rstrip("/").rpartition("/")[2]
        raise wrong(Sentence("Takes the short id. Did you mean {fix}?", fix=last), fix=last)
    if not value.strip():
        raise wrong("Must not be empty.")
    return value


def _arn(value: str) -> str:
    if not _ARN.fullmatch(value):
        raise wrong("Must be the ARN of an AWS role, such as arn:aws:iam::123456789012:role/train.")
    return value


def _int32(value: int) -> int:
    if value > _INT32_MAX:
        raise wrong("That number is too large.")
    return value


def _not_blank(value: str) -> str:
    if not value.strip():
        raise wrong("Must not be empty.")
    return value


def _text_or_secret(value: Any) -> Any:
    """Told apart here, so that an error stands at the variable and not at both members of a union."""
    if isinstance(value, dict):
        return FireworksSecretRef.model_validate(value)
    if not isinstance(value, (str, FireworksSecretRef)):
        raise wrong('Must be text, or an object such as {"name": "hf_token"} that names a secret.')
    return value


def variable_names(given: dict[str, Any]) -> dict[str, Any]:
    """Refuse names that no process can have in its environment (Fireworks states no rule)."""
    text = gettext_noop('Names are not empty and hold no "=".')
    refuse("variables", [problem(text, name, "[key]") for name in given if not name or "=" in name])
    return given


def annotation_keys(given: dict[str, str]) -> dict[str, str]:
    """Refuse keys that break the rules of Kubernetes or belong to others, and more text than there may be."""
    found = [problem(text, key, "[key]") for key in given if (text := _wrong_key(key))]
    refuse("annotations", found or list(_too_much(given)))
    return given


def _wrong_key(key: str) -> str:
    prefix, slash, name = key.rpartition("/")
    if key.startswith(RESERVED):
        return Sentence("Keys that start with {prefix} are reserved.", prefix=f"{prefix}/")
    if key == TOKEN_ANNOTATION:
        return gettext_noop("The console writes this one itself.")
    if not _NAME.fullmatch(name) or len(name) > NAME_MAX:
        text = gettext_noop(
            'The name has 1 to {most} letters, digits, "-", "_", ".", with a letter or digit at both ends.'
        )
        return Sentence(text, most=NAME_MAX)
    if slash and (len(prefix) > PREFIX_MAX or not _PREFIX.fullmatch(prefix)):
        text = gettext_noop("What stands before the slash is a domain name of at most {most} characters.")
        return Sentence(text, most=PREFIX_MAX)
    return ""


def _too_much(given: dict[str, str]) -> list[InitErrorDetails]:
    size = sum(len(text.encode()) for pair in given.items() for text in pair)
    return [problem("All annotations together may have 256 KiB.")] if size > ANNOTATIONS_MAX_BYTES else []


ShortId = Annotated[str, Field(min_length=1), AfterValidator(_short)]
"""The last part of a resource name."""
RoleArn = Annotated[str, AfterValidator(_arn)]
"""``arn:aws:iam::<account>:role/<path>``."""
Ranks = Annotated[int, Field(ge=1), AfterValidator(_int32)]
"""A protobuf int32 (that it starts at 1 is assumed)."""
Text = Annotated[str, Field(min_length=1), AfterValidator(_not_blank)]
"""A text that may not be empty."""
VariableValue = Annotated[str | FireworksSecretRef, BeforeValidator(_text_or_secret)]
"""Plain text, or the name of a secret."""
