"""The admin shows workloads and changes none."""

import pytest
from django.test import Client

from gpuconsole.accounts.models import User
from tests.factories_workloads import Lab


@pytest.mark.parametrize("model", ["workload", "event", "usageinterval"])
def test_staff_look_and_do_not_touch(lab: Lab, model: str) -> None:
    job = lab.workload("baseten", name="sft")
    client = Client()
    client.force_login(
        User.objects.create_superuser("staff@example.com", "x"), "allauth.account.auth_backends.AuthenticationBackend"
    )
    listed = client.get(f"/admin/workloads/{model}/")
    assert listed.status_code == 200
    assert b"sft" in listed.content
    assert client.get(f"/admin/workloads/{model}/add/").status_code == 403
    assert client.post(f"/admin/workloads/workload/{job.pk}/delete/", {"post": "yes"}).status_code == 403
