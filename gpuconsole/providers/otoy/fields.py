"""Kinds of values that several of OTOY's fields share."""

from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from gpuconsole.providers.problems import wrong
from gpuconsole.providers.specs import SpecPart
from gpuconsole.providers.ui import Ui
from gpuconsole.providers.words import gettext_noop

SEED, DOCS, CLIENT, ASSUMED, THIRD = "seed", "docs", "client code", "assumed", "third-party client"


class OtoySecretRef(SpecPart):
    """A secret of the project, by its name: its value is put in when the job is sent."""

    name: Annotated[
        str,
        Field(min_length=1, title=gettext_noop("Secret"), description=gettext_noop("Name of a secret of the project.")),
        Ui(secret=True, source="ours"),
    ]


def text_or_secret(value: Any) -> Any:
    """Told apart here, so that an error stands at the variable and not at both members of a union."""
    if isinstance(value, dict):
        return OtoySecretRef.model_validate(value)
    if not isinstance(value, (str, OtoySecretRef)):
        raise wrong('Must be text, or an object such as {"name": "hf_token"} that names a secret of the project.')
    return value


def _whole_if_it_is(value: float | None) -> float | None:
    """24.0 is sent as 24, as it was most likely typed."""
    return int(value) if value is not None and float(value).is_integer() else value


Gigabytes = Annotated[float | None, Field(ge=0), AfterValidator(_whole_if_it_is)]
TextOrSecret = Annotated[str | OtoySecretRef, BeforeValidator(text_or_secret)]
