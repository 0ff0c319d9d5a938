"""Why an invoice and the console's own metering differ."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop


class Reason(models.TextChoices):
    """One typed reason for each row of a reconciliation."""

    AGREES = "agrees", gettext_lazy("Agrees")
    ROUNDING = "rounding", gettext_lazy("Rounding")
    PRICE = "price", gettext_lazy("Price changed")
    STORAGE = "storage", gettext_lazy("Storage")
    UNSEEN = "unseen", gettext_lazy("Not seen")
    LENGTH = "length", gettext_lazy("Another length")
    OPEN = "open", gettext_lazy("Still open")
    NOT_ON_INVOICE = "not_on_invoice", gettext_lazy("Not on the invoice")
    UNKNOWN = "unknown", gettext_lazy("Unknown to us")
    CURRENCY = "currency", gettext_lazy("Another currency")
    NO_PRICE = "no_price", gettext_lazy("No price known")
    NO_INVOICE = "no_invoice", gettext_lazy("No invoice yet")

    @property
    def help(self) -> str:
        """A sentence for people."""
        return _(_HELP[self])

    @property
    def kind(self) -> str:
        """How it is shown: "" as plain text, else the kind of a badge."""
        return _KINDS.get(self, "warning")

    @property
    def is_settled(self) -> bool:
        """Whether it asks nothing of anybody, whatever the amounts."""
        return self in (Reason.AGREES, Reason.OPEN, Reason.NO_PRICE, Reason.NO_INVOICE)


_KINDS = {
    Reason.AGREES: "ok",
    Reason.OPEN: "",
    Reason.NO_PRICE: "",
    Reason.NO_INVOICE: "",
    Reason.ROUNDING: "outline",
    Reason.UNSEEN: "outline",
    Reason.UNKNOWN: "bad",
    Reason.NOT_ON_INVOICE: "bad",
}

_HELP = {
    Reason.AGREES: gettext_noop("The amounts are the same to the cent."),
    Reason.ROUNDING: gettext_noop("They differ by less than one unit that the provider counts whole."),
    Reason.PRICE: gettext_noop("The provider charged another price per hour than the one frozen at launch."),
    Reason.STORAGE: gettext_noop("The invoice has disks or storage that the console did not meter."),
    Reason.UNSEEN: gettext_noop(
        "Nobody looked when it began or ended, and the provider gives no time for it: ours is an estimate, or lacks it."
    ),
    Reason.LENGTH: gettext_noop("The price is the same, and the provider counted another length of time."),
    Reason.OPEN: gettext_noop("It still runs, so both figures still grow."),
    Reason.NOT_ON_INVOICE: gettext_noop("The console metered it, and no line of the invoice names it."),
    Reason.UNKNOWN: gettext_noop("The invoice names something that the console did not launch."),
    Reason.CURRENCY: gettext_noop("The invoice is in another currency than the price at launch."),
    Reason.NO_PRICE: gettext_noop("Neither the provider nor the console names a price."),
    Reason.NO_INVOICE: gettext_noop("No invoice of this connection covers the month yet."),
}
