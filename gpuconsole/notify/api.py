"""Webhooks of the team and of projects in the JSON API, for their admins: list, make, look, change, test, another
secret, delete."""

from django.http import Http404, HttpRequest
from django.views.decorators.debug import sensitive_variables
from ninja import Router, Status

from gpuconsole.accounts.access import Viewer
from gpuconsole.core.api import COMMON_PROBLEMS, WRITE_PROBLEMS, Text
from gpuconsole.notify import webhooks
from gpuconsole.notify.models import Webhook
from gpuconsole.notify.place import Place, find
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
_OF_PROJECT, _ONE_OF_PROJECT = "/projects/{slug}/webhooks", "/projects/{slug}/webhooks/{id}"


@router.get(_HOOKS, response={200: Webhooks, **COMMON_PROBLEMS}, operation_id="list_webhooks")
def list_webhooks(request: HttpRequest) -> Webhooks:
    """The team's webhooks; a team has one at most. Secrets are never shown again."""
    return _listed(find(_viewer(request)))


@router.post(_HOOKS, response={201: WebhookMade, **WRITE_PROBLEMS}, operation_id="make_webhook")
@sensitive_variables("secret")
def make_webhook(request: HttpRequest, payload: WebhookIn) -> Status[WebhookMade]:
    """Have messages sent to an address, signed with the secret of this answer."""
    return _made(request, find(_viewer(request)), payload)


@router.get(_HOOK, response={200: WebhookDetail, **COMMON_PROBLEMS}, operation_id="get_webhook")
def get_webhook(request: HttpRequest, id: Text) -> WebhookDetail:
    """One webhook with what was sent there last, a test too."""
    return _shown(_row(find(_viewer(request)), id))


@router.patch(_HOOK, response={200: WebhookOut, **WRITE_PROBLEMS}, operation_id="change_webhook")
def change_webhook(request: HttpRequest, id: Text, payload: WebhookPatch) -> WebhookOut:
    """Another address, other occasions, or off; its secret stays."""
    return _changed(request, find(_viewer(request)), id, payload)


@router.delete(_HOOK, response={204: None, **WRITE_PROBLEMS}, operation_id="remove_webhook")
def remove_webhook(request: HttpRequest, id: Text) -> Status[None]:
    """Take it away, with the record of what was sent to it. Mails go on."""
    return _removed(request, find(_viewer(request)), id)


@router.post(f"{_HOOK}/test", response={202: WebhookDetail, **WRITE_PROBLEMS}, operation_id="test_webhook")
def test_webhook(request: HttpRequest, id: Text) -> Status[WebhookDetail]:
    """Send it a test, also while it is off. What becomes of it stands among its ``deliveries`` within seconds."""
    return _tested(request, find(_viewer(request)), id)


@router.post(f"{_HOOK}/secret", response={200: WebhookMade, **WRITE_PROBLEMS}, operation_id="renew_webhook_secret")
@sensitive_variables("secret")
def renew_webhook_secret(request: HttpRequest, id: Text) -> WebhookMade:
    """Another secret in place of the one that it had, at once."""
    return _renewed(request, find(_viewer(request)), id)


@router.get(_OF_PROJECT, response={200: Webhooks, **COMMON_PROBLEMS}, operation_id="list_project_webhooks")
def list_project_webhooks(request: HttpRequest, slug: Text) -> Webhooks:
    """The project's webhooks, for its admins; a project has one at most, beside the team's."""
    return _listed(find(_viewer(request), slug))


@router.post(_OF_PROJECT, response={201: WebhookMade, **WRITE_PROBLEMS}, operation_id="make_project_webhook")
@sensitive_variables("secret")
def make_project_webhook(request: HttpRequest, slug: Text, payload: WebhookIn) -> Status[WebhookMade]:
    """Have messages about the project sent to an address, signed with the secret of this answer."""
    return _made(request, find(_viewer(request), slug), payload)


@router.get(_ONE_OF_PROJECT, response={200: WebhookDetail, **COMMON_PROBLEMS}, operation_id="get_project_webhook")
def get_project_webhook(request: HttpRequest, slug: Text, id: Text) -> WebhookDetail:
    """A project's webhook with what was sent there last, a test too."""
    return _shown(_row(find(_viewer(request), slug), id))


@router.patch(_ONE_OF_PROJECT, response={200: WebhookOut, **WRITE_PROBLEMS}, operation_id="change_project_webhook")
def change_project_webhook(request: HttpRequest, slug: Text, id: Text, payload: WebhookPatch) -> WebhookOut:
    """Another address, other occasions, or off; its secret stays."""
    return _changed(request, find(_viewer(request), slug), id, payload)


@router.delete(_ONE_OF_PROJECT, response={204: None, **WRITE_PROBLEMS}, operation_id="remove_project_webhook")
def remove_project_webhook(request: HttpRequest, slug: Text, id: Text) -> Status[None]:
    """Take it away, with the record of what was sent to it. Mails go on."""
    return _removed(request, find(_viewer(request), slug), id)


@router.post(
    f"{_ONE_OF_PROJECT}/test", response={202: WebhookDetail, **WRITE_PROBLEMS}, operation_id="test_project_webhook"
)
def test_project_webhook(request: HttpRequest, slug: Text, id: Text) -> Status[WebhookDetail]:
    """Send it a test, also while it is off."""
    return _tested(request, find(_viewer(request), slug), id)


@router.post(
    f"{_ONE_OF_PROJECT}/secret",
    response={200: WebhookMade, **WRITE_PROBLEMS},
    operation_id="renew_project_webhook_secret",
)
@sensitive_variables("secret")
def renew_project_webhook_secret(request: HttpRequest, slug: Text, id: Text) -> WebhookMade:
    """Another secret in place of the one that it had, at once."""
    return _renewed(request, find(_viewer(request), slug), id)


def _listed(place: Place) -> Webhooks:
    found = webhooks.of(place)
    return Webhooks(items=[] if found is None else [shape(found)])


@sensitive_variables("secret")
def _made(request: HttpRequest, place: Place, payload: WebhookIn) -> Status[WebhookMade]:
    told_of = SLUGS if payload.occasions is None else payload.occasions
    by = _viewer(request).user
    secret = webhooks.make(place=place, by=by, url=payload.url, occasions=told_of, is_on=payload.is_on)
    return Status(201, shape_made(_fresh(place), secret))


def _shown(row: Webhook) -> WebhookDetail:
    return shape_detail(row, webhooks.newest(row))


def _changed(request: HttpRequest, place: Place, public_id: str, payload: WebhookPatch) -> WebhookOut:
    row = _row(place, public_id)
    said = {name: value for name in ("url", "occasions", "is_on") if (value := getattr(payload, name)) is not None}
    kept = {"url": row.url, "occasions": row.occasions, "is_on": row.is_on}
    webhooks.save(place=place, by=_viewer(request).user, **{**kept, **said})
    return shape(_fresh(place))


def _removed(request: HttpRequest, place: Place, public_id: str) -> Status[None]:
    _row(place, public_id)
    webhooks.remove(place=place, by=_viewer(request).user)
    return Status(204, None)


def _tested(request: HttpRequest, place: Place, public_id: str) -> Status[WebhookDetail]:
    row = _row(place, public_id)
    webhooks.test(place=place, by=_viewer(request).user)
    return Status(202, _shown(row))


@sensitive_variables("secret")
def _renewed(request: HttpRequest, place: Place, public_id: str) -> WebhookMade:
    _row(place, public_id)
    secret = webhooks.renew_secret(place=place, by=_viewer(request).user)
    return shape_made(_fresh(place), secret)


def _viewer(request: HttpRequest) -> Viewer:
    viewer: Viewer = request.auth  # type: ignore[attr-defined]
    return viewer


def _row(place: Place, public_id: str) -> Webhook:
    """Raises Http404 for one of elsewhere."""
    found = webhooks.of(place)
    if found is None or found.public_id != public_id:
        raise Http404
    return found


def _fresh(place: Place) -> Webhook:
    return Webhook.objects.get(team=place.team, project=place.project)
