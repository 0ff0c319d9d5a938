"""``manage.py rotate_keys``: everything is sealed anew and still opens."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from pydantic import SecretStr

from gpuconsole.connections import credentials
from gpuconsole.connections.models import Connection
from gpuconsole.core import crypto, fields, keyring
from gpuconsole.instances.models import Instance
from gpuconsole.projects import secrets
from gpuconsole.projects.models import Secret
from gpuconsole.workloads import ways
from gpuconsole.workloads.models import Workload
from tests import factories as make
from tests.factories_workloads import make_lab

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_keyring(settings, tmp_path):
    settings.GPUCONSOLE_KEY_FILE = tmp_path / "keys.json"


@pytest.fixture
def connection():
    return make.make_connection()


@pytest.fixture
def secret(connection):
    project = make.make_project(connection.team)
    return secrets.put(project=project, name="a", value="plain text", by=make.owner_of(connection.team))


def rotate(*options: str) -> str:
    out = StringIO()
    call_command("rotate_keys", *options, stdout=out, stderr=out)
    return out.getvalue()


def test_every_sealed_value_opens_with_the_new_key_alone(connection, secret):
    assert "2 values sealed with key k2" in rotate("--drop-old")

    assert list(keyring.read().keys) == ["k2"]
    connection.refresh_from_db()
    secret.refresh_from_db()
    assert credentials.plain(credentials.open_from(connection)) == {"api_key": "sandbox-baseten-key"}
    assert fields.read(secret, "value") == "plain text"


def test_hidden_ways_in_are_sealed_anew_once_and_open_through_a_proxy_too(db):
    instance = make_lab().workload("novita")
    Workload.objects.filter(pk=instance.pk).update(**ways.columns(instance, {"SSH password": SecretStr("pw-1")}))

    assert "1 value sealed with key k2" in rotate("--drop-old")

    assert ways.hidden(Workload.objects.get()) == {"SSH password": "pw-1"}
    assert ways.hidden(Instance.objects.get()) == {"SSH password": "pw-1"}


def test_a_rotation_that_was_cut_short_is_finished(connection, secret):
    keyring.add_key()

    assert "2 values sealed with key k2" in rotate("--no-new-key")
    assert "0 values sealed" in rotate("--no-new-key")


def test_what_does_not_open_is_named_and_keeps_its_keys(connection, secret):
    Secret.objects.update(value=bytes(connection.credentials))

    with pytest.raises(CommandError, match="1 could not be opened"):
        rotate("--drop-old")

    assert list(keyring.read().keys) == ["k1", "k2"]
    assert crypto.is_sealed_by_current_key(Connection.objects.get().credentials)
