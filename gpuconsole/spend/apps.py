"""Costs: daily sums, the costs page, exports and digests."""

from django.apps import AppConfig


class SpendConfig(AppConfig):
    """What Django must know about this app."""

    name = "gpuconsole.spend"
    label = "spend"
    verbose_name = "Costs"
