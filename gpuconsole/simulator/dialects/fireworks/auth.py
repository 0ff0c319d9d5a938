"""Who may call: one account, one key for everything, one that is good for inference only."""

from gpuconsole.simulator.dialects.fireworks.errors import PERMISSION_DENIED, UNAUTHENTICATED, Problem
from gpuconsole.simulator.web import Request

ACCOUNT = "sandbox"
USER_EMAIL = "sandbox@example.com"
API_KEY = "sandbox-fireworks-key"
INFERENCE_KEY = "sandbox-fireworks-inference-key"
REFUSED = "the API key is missing or invalid"
ACCOUNT_HEADER = "x-fireworks-account-id"


def require_key(request: Request, *, inference_is_enough: bool = False) -> None:
    """Refuse a call without the key. 403 for an inference key was seen by a third party; the vendor's hint says 401."""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or key.strip() not in (API_KEY, INFERENCE_KEY):
        raise Problem(UNAUTHENTICATED, REFUSED)
    if key.strip() == INFERENCE_KEY and not inference_is_enough:
        raise Problem(PERMISSION_DENIED, "the API key is for inference only")


def require_account(account_id: str) -> None:
    """Refuse another account, without a word as the provider does."""
    if account_id != ACCOUNT:
        raise Problem(PERMISSION_DENIED, "")
