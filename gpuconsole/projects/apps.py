"""Projects, their members and roles, quotas, budgets and secrets."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class ProjectsConfig(AppConfig):
    """What Django must know about this app."""

    name = "gpuconsole.projects"
    label = "projects"
    verbose_name = gettext_lazy("Projects")

    def ready(self) -> None:
        """Grant the project role of an invitation when it is accepted."""
        from gpuconsole.accounts.invitations import accepted  # noqa: PLC0415 (models can be imported only now)
        from gpuconsole.projects.services import grant_invited  # noqa: PLC0415

        accepted.connect(grant_invited, dispatch_uid="projects")
