"""What a job is to its user."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "gpuconsole.jobs"
    label = "jobs"
