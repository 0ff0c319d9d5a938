"""The Celery application: messages only wake, what is wanted stands in PostgreSQL."""

import os
import time
from typing import Any

from celery import Celery
from celery.signals import task_success
from django.core.cache import cache

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gpuconsole.settings")

app = Celery("gpuconsole")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(["gpuconsole.spend.invoices"])


@task_success.connect
def remember_tick(sender: Any, **_: Any) -> None:
    """Leave word that beat, broker and worker are alive together, for `/healthz/`."""
    if sender.name == "sync.tick":
        cache.set("worker-seen", time.time(), timeout=None)
