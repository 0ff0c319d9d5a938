"""What the JSON API tells of a launch before it is sent."""

from pydantic import JsonValue

from gpuconsole.core.api import ApiSchema
from gpuconsole.workloads.estimate_schemas import EstimateOut


class RequestOut(ApiSchema):
    """One HTTP request to the provider; ``why`` says what a preparing one is for."""

    method: str
    path: str
    body: JsonValue
    why: str


class PreviewOut(ApiSchema):
    """The exact request that a launch would send, secrets masked, and what it would cost."""

    request: RequestOut
    """The launch itself."""
    requests: list[RequestOut]
    """All that is sent, in order: what prepares it, then the launch."""
    url: str
    """Full address of the launch."""
    curl: str
    python: str
    estimate: EstimateOut
