"""``training_job.image``: the container image and the login for a private one."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from gpuconsole.providers.baseten.fields import CLIENT, SEED, BasetenSecretRef
from gpuconsole.providers.problems import problem, refuse
from gpuconsole.providers.specs import SpecPart
from gpuconsole.providers.ui import Ui, Widget
from gpuconsole.providers.words import Sentence, gettext_noop

_LOGIN = "training_job.image.docker_auth"
BLOCK_OF = {
    "REGISTRY_SECRET": "registry_secret_docker_auth",
    "GCP_SERVICE_ACCOUNT_JSON": "gcp_service_account_json_docker_auth",
    "AWS_IAM": "aws_iam_docker_auth",
    "AWS_OIDC": "aws_oidc_docker_auth",
    "AWS_ASSUME_ROLE": "aws_assume_role_docker_auth",
    "GCP_OIDC": "gcp_oidc_docker_auth",
}
"""The one block that each method of logging in takes; the others must be absent. Source: client code."""


def _block(method: str) -> Ui:
    others = tuple(f"{_LOGIN}.{block}" for block in BLOCK_OF.values() if block != BLOCK_OF[method])
    shown = (f"{_LOGIN}.auth_method", (method,))
    return Ui(show_when=shown, excludes=others, required_if=f"auth_method is {method}", width=12, source=CLIENT)


class BasetenRegistrySecret(SpecPart):
    """Login with user name and password."""

    secret_ref: Annotated[
        BasetenSecretRef,
        Field(title=gettext_noop("Secret"), description=gettext_noop("Stored secret with username:password.")),
        Ui(source=CLIENT),
    ]


class BasetenServiceAccountJson(SpecPart):
    """Login with the JSON key of a Google service account."""

    service_account_json_secret_ref: Annotated[
        BasetenSecretRef,
        Field(title=gettext_noop("Service account JSON"), description=gettext_noop("Stored secret with the JSON.")),
        Ui(source=CLIENT),
    ]


class BasetenAwsKeys(SpecPart):
    """Login with an AWS key pair."""

    access_key_secret_ref: Annotated[
        BasetenSecretRef,
        Field(title=gettext_noop("Access key ID"), description=gettext_noop("Stored secret with the key ID.")),
        Ui(source=CLIENT),
    ]
    secret_access_key_secret_ref: Annotated[
        BasetenSecretRef,
        Field(title=gettext_noop("Secret access key"), description=gettext_noop("Stored secret with the secret key.")),
        Ui(source=CLIENT),
    ]


class BasetenAwsRole(SpecPart):
    """An AWS role, taken on by OIDC or assumed by Baseten."""

    role_arn: Annotated[
        str,
        Field(title=gettext_noop("Role ARN"), min_length=1, examples=["arn:aws:iam::123456789012:role/pull"]),
        Ui(unit="", width=8, source=CLIENT),
    ]
    region: Annotated[
        str,
        Field(title=gettext_noop("AWS region"), min_length=1, examples=["us-east-1"]),
        Ui(width=4, source=CLIENT),
    ]


class BasetenGcpIdentity(SpecPart):
    """A Google identity taken on by OIDC."""

    service_account: Annotated[
        str,
        Field(title=gettext_noop("Service account"), min_length=1, examples=["pull@project.iam.gserviceaccount.com"]),
        Ui(source=CLIENT),
    ]
    workload_identity_provider: Annotated[
        str,
        Field(title=gettext_noop("Workload identity provider"), min_length=1),
        Ui(source=CLIENT),
    ]


class BasetenDockerAuth(SpecPart):
    """Login for a private image: the method, and exactly the block that belongs to it."""

    registry: Annotated[
        str,
        Field(
            title=gettext_noop("Registry"),
            description=gettext_noop("Registry to log in to."),
            examples=["registry.example.com"],
        ),
        Ui(required_if="a registry login is set", source=CLIENT),
    ]
    auth_method: Annotated[
        Literal["GCP_SERVICE_ACCOUNT_JSON", "AWS_IAM", "AWS_OIDC", "GCP_OIDC", "REGISTRY_SECRET", "AWS_ASSUME_ROLE"],
        Field(
            title=gettext_noop("Kind of login"),
            description=gettext_noop("Selects exactly one of the blocks below."),
            examples=["REGISTRY_SECRET"],
        ),
        Ui(widget=Widget.SELECT, required_if="a registry login is set", source=CLIENT),
    ]
    registry_secret_docker_auth: Annotated[
        BasetenRegistrySecret | None,
        Field(
            title=gettext_noop("Registry secret"),
            description=gettext_noop("Plain registry login from a stored secret."),
        ),
        _block("REGISTRY_SECRET"),
    ] = None
    gcp_service_account_json_docker_auth: Annotated[
        BasetenServiceAccountJson | None,
        Field(title=gettext_noop("Google service account"), description=gettext_noop("Stored service-account JSON.")),
        _block("GCP_SERVICE_ACCOUNT_JSON"),
    ] = None
    aws_iam_docker_auth: Annotated[
        BasetenAwsKeys | None,
        Field(title=gettext_noop("AWS key pair"), description=gettext_noop("Stored AWS key pair.")),
        _block("AWS_IAM"),
    ] = None
    aws_oidc_docker_auth: Annotated[
        BasetenAwsRole | None,
        Field(title=gettext_noop("AWS role by OIDC"), description=gettext_noop("AWS role by OIDC.")),
        _block("AWS_OIDC"),
    ] = None
    aws_assume_role_docker_auth: Annotated[
        BasetenAwsRole | None,
        Field(
            title=gettext_noop("AWS role that Baseten assumes"),
            description=gettext_noop("AWS role the vendor assumes."),
        ),
        _block("AWS_ASSUME_ROLE"),
    ] = None
    gcp_oidc_docker_auth: Annotated[
        BasetenGcpIdentity | None,
        Field(title=gettext_noop("Google identity by OIDC"), description=gettext_noop("GCP identity by OIDC.")),
        _block("GCP_OIDC"),
    ] = None

    @model_validator(mode="after")
    def _one_block(self) -> Self:
        wanted = BLOCK_OF[self.auth_method]
        found = []
        if getattr(self, wanted) is None:
            found.append(problem(Sentence("Required for {method}.", method=self.auth_method), wanted))
        for block in BLOCK_OF.values():
            if block != wanted and getattr(self, block) is not None:
                text = Sentence("Not with {method}: it takes {field} only.", method=self.auth_method, field=wanted)
                found.append(problem(text, block))
        refuse("docker_auth", found)
        return self


class BasetenImage(SpecPart):
    """The container image."""

    base_image: Annotated[
        str,
        Field(
            title=gettext_noop("Base image"),
            description=gettext_noop("Image to pull."),
            min_length=1,
            examples=["pytorch/pytorch:2.7.0-cuda12.8-cudnn9-runtime"],
        ),
        Ui(width=8, placeholder="pytorch/pytorch:2.7.0-cuda12.8-cudnn9-runtime", source=SEED),
    ]
    docker_auth: Annotated[
        BasetenDockerAuth | None,
        Field(title=gettext_noop("Registry login"), description=gettext_noop("Login for a private image.")),
        Ui(widget=Widget.SWITCH, width=12, source=SEED),
    ] = None
