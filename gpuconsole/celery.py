"""The Celery application: messages only wake, what is wanted stands in PostgreSQL."""

import os
from typing import Any

from celery import Celery
from celery.signals import worker_init, worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gpuconsole.settings")

app = Celery("gpuconsole")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(["gpuconsole.spend.invoices"])


@worker_init.connect
def _outlive_the_broker(**_: Any) -> None:
    from gpuconsole import broker  # noqa: PLC0415 (the web would carry it for nothing)

    broker.outlive_it()


@worker_ready.connect
def _settle(**_: Any) -> None:
    from gpuconsole.core import garbage  # noqa: PLC0415

    garbage.settle()
