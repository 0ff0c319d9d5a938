"""The Celery application: messages only wake, what is wanted stands in PostgreSQL."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gpuconsole.settings")

app = Celery("gpuconsole")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(["gpuconsole.spend.invoices"])
