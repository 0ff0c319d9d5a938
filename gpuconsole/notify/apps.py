"""Messages to people: what is to be said is handed in, who wants it and whether it was said already is known here."""

from django.apps import AppConfig


class NotifyConfig(AppConfig):
    """What Django must know about this app."""

    name = "gpuconsole.notify"
    label = "notify"
    verbose_name = "Notifications"
