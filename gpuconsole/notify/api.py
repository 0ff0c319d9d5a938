"""The team's webhook in the JSON API, for its admins: list, make, look, change, test, another secret, delete."""

from django.http import Http404, HttpRequest
from django.views.decorators.debug import sensitive_variables
from ninja import Router, Status

from gpuconsole.accounts.access import Viewer, require_team_admin
from gpuconsole.core.api import COMMON_PROBLEMS, WRITE_PROBLEMS, Text
from gpuconsole.notify import webhooks
from gpuconsole.notify.models import Webhook
from gpuconsole.notify.schemas import (
    SLUGS,
    WebhookDetail,
    WebhookIn,
    WebhookMade,
    WebhookOut,
    WebhookPatch,
    Webhooks,
    shape,
    shape_detail,
    shape_made,
)

router = Router(tags=["Webhooks"])
_HOOKS, _HOOK = "/team/webhooks", "/team/webhooks/{id}"


@router.get(_HOOKS, response={200: Webhooks, **COMMON_PROBLEMS}, operation_id="list_webhooks")
def list_webhooks(request: HttpRequest) -> Webhooks:
    """The team's webhooks; a team has one at most. Secrets are never shown again."""
    found = webhooks.of(require_team_admin(_viewer(request)))
    return Webhooks(items=[] if found is None else [shape(found)])


@router.post(_HOOKS, response={201: WebhookMade, **WRITE_PROBLEMS}, operation_id="make_webhook")
@sensitive_variables("secret")
def make_webhook(request: HttpRequest, payload: WebhookIn) -> Status[WebhookMade]:
    """Have messages sent to an address, signed with the secret of this answer."""
    viewer = _viewer(request)
    team = require_team_admin(viewer)
    told_of = SLUGS if payload.occasions is None else payload.occasions
    secret = webhooks.make(team=team, by=viewer.user, url=payload.url, occasions=told_of, is_on=payload.is_on)
    return Status(201, shape_made(_fresh(viewer), secret))


@router.get(_HOOK, response={200: WebhookDetail, **COMMON_PROBLEMS}, operation_id="get_webhook")
def get_webhook(request: HttpRequest, id: Text) -> WebhookDetail:
    """One webhook with what was sent there last, a test too."""
    row = _find(request, id)
    return shape_detail(row, webhooks.newest(row))


@router.patch(_HOOK, response={200: WebhookOut, **WRITE_PROBLEMS}, operation_id="change_webhook")
def change_webhook(request: HttpRequest, id: Text, payload: WebhookPatch) -> WebhookOut:
    """Another address, other occasions, or off; its secret stays."""
    row, viewer = _find(request, id), _viewer(request)
    said = {name: value for name in ("url", "occasions", "is_on") if (value := getattr(payload, name)) is not None}
    kept = {"url": row.url, "occasions": row.occasions, "is_on": row.is_on}
    webhooks.save(team=row.team, by=viewer.user, **{**kept, **said})
    return shape(_fresh(viewer))


@router.delete(_HOOK, response={204: None, **WRITE_PROBLEMS}, operation_id="remove_webhook")
def remove_webhook(request: HttpRequest, id: Text) -> Status[None]:
    """Take it away, with the record of what was sent to it. Mails go on."""
    webhooks.remove(team=_find(request, id).team, by=_viewer(request).user)
    return Status(204, None)


@router.post(f"{_HOOK}/test", response={202: WebhookDetail, **WRITE_PROBLEMS}, operation_id="test_webhook")
def test_webhook(request: HttpRequest, id: Text) -> Status[WebhookDetail]:
    """Send it a test, also while it is off. What becomes of it stands among its ``deliveries`` within seconds."""
    row = _find(request, id)
    webhooks.test(team=row.team, by=_viewer(request).user)
    return Status(202, shape_detail(row, webhooks.newest(row)))


@router.post(f"{_HOOK}/secret", response={200: WebhookMade, **WRITE_PROBLEMS}, operation_id="renew_webhook_secret")
@sensitive_variables("secret")
def renew_webhook_secret(request: HttpRequest, id: Text) -> WebhookMade:
    """Another secret in place of the one that it had, at once."""
    row, viewer = _find(request, id), _viewer(request)
    secret = webhooks.renew_secret(team=row.team, by=viewer.user)
    return shape_made(_fresh(viewer), secret)


def _viewer(request: HttpRequest) -> Viewer:
    viewer: Viewer = request.auth  # type: ignore[attr-defined]
    return viewer


def _find(request: HttpRequest, public_id: Text) -> Webhook:
    team = require_team_admin(_viewer(request))
    found = Webhook.objects.select_related("team").filter(team=team, public_id=public_id).first()
    if found is None:
        raise Http404
    return found


def _fresh(viewer: Viewer) -> Webhook:
    return Webhook.objects.get(team=viewer.team)
