"""OAuth2 client credentials as Cortecs has them: a JSON body, a token for an hour, no refresh."""

from gpuconsole.simulator.dialects.cortecs.errors import Problem
from gpuconsole.simulator.web import Request, Response, json_response
from gpuconsole.simulator.world import World

CLIENT_ID = "sandbox"
CLIENT_SECRET = "sandbox-cortecs-secret"  # noqa: S105 - published: it opens nothing but the simulator
TOKEN_LIFE_S = 3600
REFUSED = "access token is invalid or has expired"


def grant(world: World, request: Request) -> Response:
    """Answer `POST /oauth2/token`."""
    body = request.json()
    if not isinstance(body, dict):
        raise Problem(400, "a JSON body is required")
    for name in ("grant_type", "client_id", "client_secret"):
        if not isinstance(body.get(name), str):
            raise Problem(400, f"{name} is required")
    if body["grant_type"] != "client_credentials":
        raise Problem(400, "grant_type must be client_credentials")
    if (body["client_id"], body["client_secret"]) != (CLIENT_ID, CLIENT_SECRET):
        raise Problem(401, "invalid client credentials")
    token = world.make_id(40)
    world.table("cortecs.tokens", float)[token] = world.now() + TOKEN_LIFE_S
    return json_response({"access_token": token, "token_type": "Bearer", "expires_in": TOKEN_LIFE_S})


def require_token(world: World, request: Request) -> None:
    """Refuse a call whose token is missing, unknown or out of date."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Problem(401, "missing access token")
    if world.table("cortecs.tokens", float).get(token, 0) <= world.now():
        raise Problem(401, REFUSED)
