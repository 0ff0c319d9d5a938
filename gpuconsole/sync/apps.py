"""The workers' side: launch, observe, end, guard."""

from django.apps import AppConfig


class SyncConfig(AppConfig):
    name = "gpuconsole.sync"
    label = "sync"
