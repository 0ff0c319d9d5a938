"""Drafts that were kept in plain are sealed, and opened again on the way back."""

import json
from typing import Any

from django.db import migrations

from gpuconsole.core import fields


def seal(apps: Any, editor: Any) -> None:
    for draft in apps.get_model("workloads", "Draft").objects.all():
        fields.write(draft, "inputs", json.dumps(draft.fields))
        draft.fields = {}
        draft.save(update_fields=["inputs", "fields"])


def unseal(apps: Any, editor: Any) -> None:
    for draft in apps.get_model("workloads", "Draft").objects.all():
        draft.fields = json.loads(fields.read(draft, "inputs") or "{}")
        draft.save(update_fields=["fields"])


class Migration(migrations.Migration):
    dependencies = [("workloads", "0007_draft_inputs")]
    operations = [migrations.RunPython(seal, unseal)]
