"""Costs: daily sums, the costs page, exports and digests."""

from django.apps import AppConfig


class SpendConfig(AppConfig):
    """What Django must know about this app."""

    name = "gpuconsole.spend"
    label = "spend"
    verbose_name = "Costs"

    def ready(self) -> None:
        """Mark sums as stale in the transaction that changes what they sum."""
        from gpuconsole.spend.stale import mark  # noqa: PLC0415 (models can be imported only now)
        from gpuconsole.workloads.settled import changed  # noqa: PLC0415

        changed.connect(mark, dispatch_uid="spend")
