"""The Django admin shows every row of ours and no secret."""

import pytest
from django.contrib import admin

from gpuconsole.accounts import invitations
from gpuconsole.catalog.models import ChoiceSet, Offer
from gpuconsole.projects import secrets
from tests import factories as make

pytestmark = pytest.mark.django_db

FLOORS = {"accounts", "audit", "projects", "connections", "catalog"}
MODELS = [model for model in admin.site._registry if model._meta.app_label in FLOORS]


@pytest.fixture
def as_staff(client):
    staff = make.make_user(is_staff=True, is_superuser=True)
    client.force_login(staff, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def hidden(settings):
    """One row of everything; the texts that must not be shown."""
    connection = make.make_connection()
    project = make.make_project(connection.team)
    owner = make.owner_of(connection.team)
    secrets.put(project=project, name="hf_token", value="hf_abcdefghijkl", by=owner)
    token, text = make.make_token(connection.team)
    invitation, link = invitations.invite(team=connection.team, by=owner)
    Offer.objects.create(
        connection=connection, hardware_id="L4", currency="EUR", billing="minute", seen_at=token.created_at
    )
    ChoiceSet.objects.create(connection=connection, name="models", seen_at=token.created_at)
    return ["hf_abcdefgh", "sandbox-baseten-key", text, token.hash, invitation.token_hash, link.split("/")[-2]]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_lists_and_rows_are_shown_without_secrets(as_staff, hidden, model):
    base = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
    paths = [base, *(f"{base}{pk}/change/" for pk in model.objects.values_list("pk", flat=True)[:1])]

    for path in paths:
        answer = as_staff.get(path)
        assert answer.status_code == 200
        content = answer.content.decode()
        assert not [text for text in hidden if text in content]


def test_nobody_changes_an_audit_record_there(as_staff, hidden):
    assert as_staff.get("/admin/audit/record/add/").status_code == 403


def test_plain_users_do_not_get_in(client):
    client.force_login(make.make_user(), backend="allauth.account.auth_backends.AuthenticationBackend")

    assert client.get("/admin/").status_code == 302
