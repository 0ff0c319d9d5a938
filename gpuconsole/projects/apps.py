"""Projects, their members and roles, quotas, budgets and secrets."""

from django.apps import AppConfig


class ProjectsConfig(AppConfig):
    """What Django must know about this app."""

    name = "gpuconsole.projects"
    label = "projects"
    verbose_name = "Projects"
