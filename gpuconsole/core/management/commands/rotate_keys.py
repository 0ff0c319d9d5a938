"""``manage.py rotate_keys``: seal everything anew with a fresh key."""

from __future__ import annotations

import argparse
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError
from django.db import models, transaction

from gpuconsole.core import crypto, keyring
from gpuconsole.core.fields import SealedField


class Command(BaseCommand):
    """Adds a key to the keyring, re-seals every sealed value, and can forget the keys that are no longer needed."""

    help = "Seal credentials and secrets with a new key. Safe beside a running console, and safe to repeat."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Two switches."""
        parser.add_argument("--no-new-key", action="store_true", help="finish a rotation that was cut short")
        parser.add_argument("--drop-old", action="store_true", help="then remove old keys: older backups will not open")

    def handle(self, *args: Any, **options: Any) -> None:
        """Rotate, and say how many values were sealed anew."""
        ring = keyring.read() if options["no_new_key"] else keyring.add_key()
        done, broken = 0, 0
        for model, field in sealed_fields():
            for pk in model._base_manager.exclude(**{field.name: b""}).values_list("pk", flat=True).iterator():
                try:
                    done += _reseal(model, field, pk)
                except crypto.SealBroken as error:
                    broken += 1
                    self.stderr.write(str(error))
        self.stdout.write(f"{done} value{'' if done == 1 else 's'} sealed with key {ring.current}.")
        if broken:
            raise CommandError(f"{broken} could not be opened and stay as they are; no key was dropped.")
        if options["drop_old"]:
            keyring.drop_old_keys()
            self.stdout.write("Old keys were dropped.")


def sealed_fields() -> list[tuple[type[models.Model], SealedField]]:
    """Every sealed field of every model that is installed."""
    return [
        (model, field)
        for model in apps.get_models()
        for field in model._meta.local_fields
        if isinstance(field, SealedField)
    ]


@transaction.atomic
def _reseal(model: type[models.Model], field: SealedField, pk: Any) -> int:
    row = model._base_manager.select_for_update().only("pk", field.name, field.bound_to).filter(pk=pk).first()
    blob = bytes(getattr(row, field.name)) if row is not None else b""
    if row is None or not blob or crypto.is_sealed_by_current_key(blob):
        return 0
    context = field.context_of(row)
    sealed = crypto.seal(crypto.open_sealed(blob, context=context), context=context)
    model._base_manager.filter(pk=pk).update(**{field.name: sealed})
    return 1
