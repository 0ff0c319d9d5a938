"""Overview, needs attention and the shell around every page."""

from django.apps import AppConfig


class DashboardConfig(AppConfig):
    name = "gpuconsole.dashboard"
    label = "dashboard"
