"""Costs: daily sums, the costs page, exports and digests."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class SpendConfig(AppConfig):
    """What Django must know about this app."""

    name = "gpuconsole.spend"
    label = "spend"
    verbose_name = gettext_lazy("Costs")

    def ready(self) -> None:
        """Mark sums as stale in the transaction that changes what they sum, and foretell months for budgets."""
        from django.db.models.signals import post_save  # noqa: PLC0415 (models can be imported only now)

        from gpuconsole.accounts.models import Team  # noqa: PLC0415
        from gpuconsole.spend import foretold, stale  # noqa: PLC0415
        from gpuconsole.workloads.limits import ahead  # noqa: PLC0415
        from gpuconsole.workloads.settled import changed  # noqa: PLC0415

        ahead.register(foretold.of_budget)
        changed.connect(stale.mark, dispatch_uid="spend")
        post_save.connect(stale.begin, sender=Team, dispatch_uid="spend")
