"""The heart: workloads, their states, events, usage and services."""

from django.apps import AppConfig


class WorkloadsConfig(AppConfig):
    name = "gpuconsole.workloads"
    label = "workloads"
    verbose_name = "Workloads"

    def ready(self) -> None:
        """Say what stands in the way of removing connections and projects."""
        from gpuconsole.workloads.blocking import register  # noqa: PLC0415 (models can be imported only now)

        register()
