"""The database itself keeps audit records as they were written."""

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from gpuconsole.audit.models import Record


@pytest.fixture
def record(db):
    return Record.objects.create(public_id="aud_1", at=timezone.now(), action="project.create")


def test_a_record_cannot_be_changed(record):
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        Record.objects.filter(pk=record.pk).update(action="nothing")


def test_a_record_cannot_be_deleted(record):
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        Record.objects.filter(pk=record.pk).delete()
