"""``training_job.image``: the container image and the login for a private one."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from gpuconsole.providers.baseten.fields import CLIENT, SEED, BasetenSecretRef
from gpuconsole.providers.problems import problem, refuse
from gpuconsole.providers.specs import SpecPart, Ui, Widget

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
        Field(title="Secret", description="Stored secret with username:password."),
        Ui(source=CLIENT),
    ]


class BasetenServiceAccountJson(SpecPart):
    """Login with the JSON key of a Google service account."""

    service_account_json_secret_ref: Annotated[
        BasetenSecretRef,
        Field(title="Service account JSON", description="Stored secret with the JSON."),
        Ui(source=CLIENT),
    ]


class BasetenAwsKeys(SpecPart):
    """Login with an AWS key pair."""

    access_key_secret_ref: Annotated[
        BasetenSecretRef,
        Field(title="Access key ID", description="Stored secret with the key ID."),
        Ui(source=CLIENT),
    ]
    secret_access_key_secret_ref: Annotated[
        BasetenSecretRef,
        Field(title="Secret access key", description="Stored secret with the secret key."),
        Ui(source=CLIENT),
    ]


class BasetenAwsRole(SpecPart):
    """An AWS role, taken on by OIDC or assumed by Baseten."""

    role_arn: Annotated[
        str,
        Field(title="Role ARN", min_length=1, examples=["arn:aws:iam::123456789012:role/pull"]),
        Ui(unit="", width=8, source=CLIENT),
    ]
    region: Annotated[
        str,
        Field(title="AWS region", min_length=1, examples=["us-east-1"]),
        Ui(width=4, source=CLIENT),
    ]


class BasetenGcpIdentity(SpecPart):
    """A Google identity taken on by OIDC."""

    service_account: Annotated[
        str,
        Field(title="Service account", min_length=1, examples=["pull@project.iam.gserviceaccount.com"]),
        Ui(source=CLIENT),
    ]
    workload_identity_provider: Annotated[
        str,
        Field(title="Workload identity provider", min_length=1),
        Ui(source=CLIENT),
    ]


class BasetenDockerAuth(SpecPart):
    """Login for a private image: the method, and exactly the block that belongs to it."""

    registry: Annotated[
        str,
        Field(title="Registry", description="Registry to log in to.", examples=["registry.example.com"]),
        Ui(required_if="a registry login is set", source=CLIENT),
    ]
    auth_method: Annotated[
        Literal["GCP_SERVICE_ACCOUNT_JSON", "AWS_IAM", "AWS_OIDC", "GCP_OIDC", "REGISTRY_SECRET", "AWS_ASSUME_ROLE"],
        Field(
            title="Kind of login",
            description="Selects exactly one of the blocks below.",
            examples=["REGISTRY_SECRET"],
        ),
        Ui(widget=Widget.SELECT, required_if="a registry login is set", source=CLIENT),
    ]
    registry_secret_docker_auth: Annotated[
        BasetenRegistrySecret | None,
        Field(title="Registry secret", description="Plain registry login from a stored secret."),
        _block("REGISTRY_SECRET"),
    ] = None
    gcp_service_account_json_docker_auth: Annotated[
        BasetenServiceAccountJson | None,
        Field(title="Google service account", description="Stored service-account JSON."),
        _block("GCP_SERVICE_ACCOUNT_JSON"),
    ] = None
    aws_iam_docker_auth: Annotated[
        BasetenAwsKeys | None,
        Field(title="AWS key pair", description="Stored AWS key pair."),
        _block("AWS_IAM"),
    ] = None
    aws_oidc_docker_auth: Annotated[
        BasetenAwsRole | None,
        Field(title="AWS role by OIDC", description="AWS role by OIDC."),
        _block("AWS_OIDC"),
    ] = None
    aws_assume_role_docker_auth: Annotated[
        BasetenAwsRole | None,
        Field(title="AWS role that Baseten assumes", description="AWS role the vendor assumes."),
        _block("AWS_ASSUME_ROLE"),
    ] = None
    gcp_oidc_docker_auth: Annotated[
        BasetenGcpIdentity | None,
        Field(title="Google identity by OIDC", description="GCP identity by OIDC."),
        _block("GCP_OIDC"),
    ] = None

    @model_validator(mode="after")
    def _one_block(self) -> Self:
        wanted = BLOCK_OF[self.auth_method]
        found = []
        if getattr(self, wanted) is None:
            found.append(problem(f"Required for {self.auth_method}.", wanted))
        for block in BLOCK_OF.values():
            if block != wanted and getattr(self, block) is not None:
                found.append(problem(f"Not with {self.auth_method}: it takes {wanted} only.", block))
        refuse("docker_auth", found)
        return self


class BasetenImage(SpecPart):
    """The container image."""

    base_image: Annotated[
        str,
        Field(
            title="Base image",
            description="Image to pull.",
            min_length=1,
            examples=["pytorch/pytorch:2.7.0-cuda12.8-cudnn9-runtime"],
        ),
        Ui(width=8, placeholder="pytorch/pytorch:2.7.0-cuda12.8-cudnn9-runtime", source=SEED),
    ]
    docker_auth: Annotated[
        BasetenDockerAuth | None,
        Field(title="Registry login", description="Login for a private image."),
        Ui(widget=Widget.SWITCH, width=12, source=SEED),
    ] = None
