"""Edit and delete, tried on each slug that declares them against its simulator dialect."""

from collections.abc import Iterator
from typing import Any

import pytest

from gpuconsole.providers import registry
from gpuconsole.providers.contract import Provider
from gpuconsole.providers.edits import Edits
from gpuconsole.providers.errors import NotFound, ProviderError, Rejected
from gpuconsole.providers.features import Feature
from gpuconsole.providers.remote import Remote, RemoteState
from gpuconsole.providers.ui import Ui
from tests.contract.conftest import TOKEN, Far, far_side

CHANGES: dict[str, dict[str, Any]] = {
    "baseten": {"priority": 7, "availability_model": "spot"},
    "fireworks": {"displayName": "renamed", "shared": False},
    "novita": {"ports": [{"port": 9000, "type": "tcp"}, {"port": 9001, "type": "http"}], "expandRootDisk": 20},
}
"""Every field that a provider lets be edited, each with a value that its sample does not have."""
STANDS = {"baseten": RemoteState.QUEUED, "fireworks": RemoteState.RUNNING, "novita": RemoteState.RUNNING}
"""Where it stands when it is edited."""
WRONG: dict[str, tuple[str, Any, str]] = {
    "baseten": ("priority", "high", "priority"),
    "fireworks": ("displayName", "x" * 64, "displayName"),
    "novita": ("expandRootDisk", 100_000, "expandRootDisk"),
}
"""A field with a value that only the provider refuses, as if our own check had let it through, and what it names."""

EDITABLE = [provider.slug for provider in registry.every() if Feature.EDIT in provider.features]
DELETABLE = [provider.slug for provider in registry.every() if Feature.DELETE in provider.features]


@pytest.fixture(params=EDITABLE)
def editable(request: pytest.FixtureRequest) -> Iterator[Far]:
    found = far_side(request.param)
    yield found
    found.adapter.close()


@pytest.fixture(params=DELETABLE)
def deletable(request: pytest.FixtureRequest) -> Iterator[Far]:
    found = far_side(request.param)
    yield found
    found.adapter.close()


def there(far: Far) -> Remote:
    made = far.launch()
    if far.provider.slug == "baseten":  # a new job is stored first, and then waits
        while far.now(made).status != "TRAINING_JOB_PENDING":
            far.pass_time(1)
        return far.now(made)
    return far.wait_for(made, STANDS[far.provider.slug])


def wanted(far: Far, **changes: Any) -> Edits:
    assert far.provider.edits is not None
    return far.provider.edits.model_validate(changes or CHANGES[far.provider.slug])


def ended(far: Far) -> Remote:
    made = far.wait_for(far.launch(), RemoteState.RUNNING)
    far.adapter.end(made.id)
    return far.wait_for(made, RemoteState.CANCELLED)


@pytest.mark.parametrize("provider", registry.every(), ids=registry.SLUGS)
def test_what_can_be_edited_is_declared_where_edits_are_offered(provider: Provider) -> None:
    assert (provider.edits is not None) == (Feature.EDIT in provider.features)
    for feature in (Feature.EDIT, Feature.DELETE):
        assert (feature in provider.features) != (feature in provider.absent), "offered, or said to be absent"


@pytest.mark.parametrize("slug", EDITABLE)
def test_every_editable_field_is_whole_and_no_secret(slug: str) -> None:
    """What is asked for is kept as it is and told on the timeline."""
    edits = registry.get(slug).edits
    assert edits is not None
    assert set(CHANGES[slug]) == set(edits.model_fields)
    sections = {section.name for section in edits.sections}
    for name, field in edits.model_fields.items():
        mark = next(mark for mark in field.metadata if isinstance(mark, Ui))
        assert field.title and field.description and mark.source and not field.is_required(), name
        assert mark.group in sections
    assert all(not _has_secret(field) for field in edits.model_fields.values())


def test_an_edit_shows_in_the_next_answers_and_the_launch_is_still_found(editable: Far) -> None:
    before = there(editable)
    editable.adapter.edit(before.id, wanted(editable), before.raw)
    after = editable.now(before)
    now = wanted(editable).current(after.raw)
    adding = wanted(editable).adding
    assert {name: now[name] for name in now if name not in adding} == {
        name: value for name, value in CHANGES[editable.provider.slug].items() if name not in adding
    }
    assert (after.id, after.token, after.status) == (before.id, TOKEN, before.status)
    assert not wanted(editable).changed(after.raw).model_fields_set - adding


def test_the_request_that_is_kept_is_the_one_that_is_sent(editable: Far) -> None:
    made = there(editable)
    shown = editable.adapter.edit_request(made.id, wanted(editable), made.raw)
    editable.adapter.edit(made.id, wanted(editable), made.raw)
    sent = editable.world.requests[-1]
    assert (sent["method"], sent["body"]) == (shown.method, shown.body)
    assert sent["path"] == shown.path.partition("?")[0]


def test_one_field_alone_leaves_the_others_as_they_are(editable: Far) -> None:
    made = there(editable)
    name, value = next(iter(CHANGES[editable.provider.slug].items()))
    before = wanted(editable).current(made.raw)
    editable.adapter.edit(made.id, wanted(editable, **{name: value}), made.raw)
    assert wanted(editable).current(editable.now(made).raw) == before | {name: value}


def test_editing_what_is_not_there_is_told(editable: Far) -> None:
    made = there(editable)
    editable.fault(fault="vanish", match=made.id)
    with pytest.raises(NotFound):
        editable.adapter.edit(made.id, wanted(editable), made.raw)


def test_a_refused_edit_names_the_field(editable: Far) -> None:
    made = there(editable)
    name, value, field = WRONG[editable.provider.slug]
    unchecked = type(wanted(editable)).model_construct(**{name: value})
    with pytest.raises(Rejected) as caught:
        editable.adapter.edit(made.id, unchecked, made.raw)
    assert caught.value.field == field


def test_a_server_error_leaves_an_edit_open(editable: Far) -> None:
    made = there(editable)
    editable.fault(fault="500")
    with pytest.raises(ProviderError) as caught:
        editable.adapter.edit(made.id, wanted(editable), made.raw)
    assert not caught.value.may_retry


def test_an_edit_is_said_in_words(editable: Far) -> None:
    said = wanted(editable).said
    assert said == {
        "baseten": "priority 7; availability spot",
        "fireworks": "display name renamed; share in the account off",
        "novita": "ports 9000/tcp, 9001/http; root disk grows by 20 GB",
    }.get(editable.provider.slug, said)


def test_what_is_deleted_is_listed_no_more_and_asking_again_does_no_harm(deletable: Far) -> None:
    over, other = ended(deletable), deletable.launch()
    deletable.adapter.delete(over.id)
    deletable.adapter.delete(over.id)
    deletable.pass_time(60)
    assert deletable.adapter.fetch([over.id]) == []
    assert [one.id for one in deletable.adapter.inventory()] == [other.id]
    deletable.adapter.delete(over.id)


def test_deleting_what_was_never_there_is_no_error(deletable: Far) -> None:
    deletable.adapter.delete("nobody")


def _has_secret(field: Any) -> bool:
    return any(isinstance(mark, Ui) and mark.secret for mark in field.metadata)
