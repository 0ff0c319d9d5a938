"""The heart: workloads, their states, events, usage and services."""

from django.apps import AppConfig


class WorkloadsConfig(AppConfig):
    name = "gpuconsole.workloads"
    label = "workloads"
    verbose_name = "Workloads"
