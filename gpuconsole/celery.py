"""The Celery application: messages only wake, what is wanted stands in PostgreSQL."""

import os
from typing import Any

from celery import Celery
from celery.signals import worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gpuconsole.settings")

app = Celery("gpuconsole")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(["gpuconsole.spend.invoices"])


@worker_init.connect
def _outlive_the_broker(**_: Any) -> None:
    """Let messages in hand go when Redis goes: the next tick finds the same work.

    Kombu 5.7 wants to give them back over the connection that was just lost, and the worker ends of that.
    """
    from kombu.transport import redis  # the web process would carry it for nothing

    redis.QoS.restore_at_shutdown = False
