"""The pages of projects: settings, limits, members, secrets."""

import pytest

from gpuconsole.audit.models import Record
from gpuconsole.projects import secrets
from gpuconsole.projects.models import Project, ProjectRole
from tests import factories as make

pytestmark = pytest.mark.django_db

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def project():
    return make.make_project(name="Speech ASR")


@pytest.fixture
def as_owner(client, project):
    client.force_login(make.owner_of(project.team), backend=BACKEND)
    return client


def test_an_admin_makes_a_project_and_sets_its_limits_next(as_owner, project):
    answer = as_owner.post("/projects/new/", {"name": "RL agents", "slug": "", "description": ""})

    assert answer["Location"] == "/projects/rl-agents/settings/quotas/"
    assert Project.objects.get(slug="rl-agents").team == project.team


def test_a_short_name_that_is_taken_is_told_beside_its_field(as_owner, project):
    answer = as_owner.post("/projects/new/", {"name": "x", "slug": project.slug})

    assert answer.status_code == 422
    assert "slug" in answer.context["form"].errors


def test_admins_say_whether_instances_may_run_without_an_end(as_owner, project):
    url, said = "/projects/speech-asr/settings/", {"name": project.name, "stop_after_h": "8"}
    assert "Instances may run without a latest end" in as_owner.get(url).content.decode()

    as_owner.post(url, said | {"may_never_end": "on"})
    project.refresh_from_db()
    assert (project.may_never_end, project.default_stop_after_s) == (True, 8 * 3600)
    assert "checked" in str(as_owner.get(url).context["form"]["may_never_end"])

    as_owner.post(url, said)
    project.refresh_from_db()
    assert not project.may_never_end
    record = Record.objects.filter(action="project.update").latest("pk")
    assert (record.before, record.after) == ({"may_never_end": True}, {"may_never_end": False})


@pytest.mark.parametrize("page", ["", "members/", "secrets/"])
def test_viewers_look_and_change_nothing(client, project, page):
    client.force_login(make.add_to_project(project, ProjectRole.VIEWER), backend=BACKEND)
    path = f"/projects/speech-asr/settings/{page}"

    assert client.get(path).status_code == 200
    assert client.post(path, {"name": "x"}).status_code == 403


@pytest.mark.parametrize("page", ["", "members/", "quotas/", "secrets/", "archive/"])
def test_strangers_get_a_404(client, project, page):
    client.force_login(make.owner_of(make.make_team()), backend=BACKEND)

    assert client.get(f"/projects/speech-asr/settings/{page}").status_code == 404


def test_a_secret_is_stored_and_its_value_never_comes_back(as_owner, project):
    as_owner.post("/projects/speech-asr/settings/secrets/", {"name": "hf_token", "value": "hf_abcdefghijkl"})

    assert secrets.values(project, ["hf_token"]) == {"hf_token": "hf_abcdefghijkl"}
    content = as_owner.get("/projects/speech-asr/settings/secrets/").content.decode()
    assert "hf_token" in content
    assert "hf_abcdefgh" not in content
    assert "••••ijkl" in content


def test_a_refused_secret_does_not_come_back_in_the_form(as_owner, project):
    answer = as_owner.post("/projects/speech-asr/settings/secrets/", {"name": "1 bad", "value": "top-secret-value"})

    assert answer.status_code == 422
    assert b"top-secret-value" not in answer.content


def test_a_secret_is_asked_about_and_then_removed(as_owner, project):
    secret = secrets.put(project=project, name="a", value="v", by=make.owner_of(project.team))
    path = f"/projects/speech-asr/settings/secrets/{secret.public_id}/remove/"

    assert b"Remove a?" in as_owner.get(path).content
    as_owner.post(path)

    assert secrets.names(project) == []


def test_members_are_let_in_changed_and_taken_out(as_owner, project):
    user = make.add_member(project.team)
    base = "/projects/speech-asr/settings/members/"

    as_owner.post(base, {"user": user.pk, "role": "viewer"})
    member = project.memberships.get(user=user)
    as_owner.post(f"{base}{member.pk}/role/", {"role": "admin"})
    member.refresh_from_db()
    assert member.role == ProjectRole.ADMIN
    page = as_owner.post(f"{base}{member.pk}/remove/", follow=True).content.decode()

    assert not project.memberships.filter(user=user).exists()
    toast = page[page.index('class="toast"') : page.index("</section>", page.index('class="toast"'))]
    assert f'name="user" value="{user.pk}"' in toast and 'name="role" value="admin"' in toast and "Undo" in toast


def test_nobody_of_another_team_is_let_in(as_owner, project):
    answer = as_owner.post("/projects/speech-asr/settings/members/", {"user": make.make_user().pk, "role": "viewer"})

    assert answer.status_code == 422


def test_an_archived_project_opens_again(as_owner, project):
    page = as_owner.post("/projects/speech-asr/settings/archive/", follow=True).content.decode()
    project.refresh_from_db()
    assert project.archived_at is not None
    assert 'action="/projects/speech-asr/settings/unarchive/"' in page and "Undo" in page

    as_owner.post("/projects/speech-asr/settings/unarchive/")

    project.refresh_from_db()
    assert project.archived_at is None


def test_the_list_shows_what_the_viewer_sees_in_a_constant_number_of_queries(
    as_owner, project, django_assert_max_num_queries
):
    for _ in range(5):
        make.make_project(project.team)
    make.make_project(name="Not yours")

    with django_assert_max_num_queries(12):
        content = as_owner.get("/projects/").content.decode()

    assert "Speech ASR" in content
    assert "Not yours" not in content


def test_the_project_in_the_address_stays_in_focus(as_owner, project):
    as_owner.get("/projects/?project=speech-asr")
    assert as_owner.get("/projects/").context["shell"].project == project

    as_owner.get("/projects/?project=")
    assert as_owner.get("/projects/").context["shell"].project is None
