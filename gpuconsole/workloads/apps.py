"""The heart: workloads, their states, events, usage and services."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class WorkloadsConfig(AppConfig):
    name = "gpuconsole.workloads"
    label = "workloads"
    verbose_name = gettext_lazy("Workloads")

    def ready(self) -> None:
        """Say what stands in the way of removing connections and projects, and how launches on hardware went."""
        from gpuconsole.workloads import blocking, own_record  # noqa: PLC0415 (models can be imported only now)

        blocking.register()
        own_record.register()
