"""A lab, and a browser of its owner."""

import pytest

from tests.factories_workloads import make_lab

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def lab(db):
    return make_lab()


@pytest.fixture
def as_owner(client, lab):
    client.force_login(lab.owner, backend=BACKEND)
    return client
