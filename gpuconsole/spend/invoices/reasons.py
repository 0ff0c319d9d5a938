"""Why an invoice and the console's own metering differ."""

from __future__ import annotations

from django.db import models


class Reason(models.TextChoices):
    """One typed reason for each row of a reconciliation."""

    AGREES = "agrees", "Agrees"
    ROUNDING = "rounding", "Rounding"
    PRICE = "price", "Price changed"
    STORAGE = "storage", "Storage"
    UNSEEN = "unseen", "Not seen"
    LENGTH = "length", "Another length"
    OPEN = "open", "Still open"
    NOT_ON_INVOICE = "not_on_invoice", "Not on the invoice"
    UNKNOWN = "unknown", "Unknown to us"
    CURRENCY = "currency", "Another currency"
    NO_PRICE = "no_price", "No price known"
    NO_INVOICE = "no_invoice", "No invoice yet"

    @property
    def help(self) -> str:
        """A sentence for people."""
        return _HELP[self]

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
    Reason.AGREES: "The amounts are the same to the cent.",
    Reason.ROUNDING: "They differ by less than one unit that the provider counts whole.",
    Reason.PRICE: "The provider charged another price per hour than the one frozen at launch.",
    Reason.STORAGE: "The invoice has disks or storage that the console did not meter.",
    Reason.UNSEEN: "Nobody looked when it began or ended, and the provider gives no time for it: ours is an estimate.",
    Reason.LENGTH: "The price is the same, and the provider counted another length of time.",
    Reason.OPEN: "It still runs, so both figures still grow.",
    Reason.NOT_ON_INVOICE: "The console metered it, and no line of the invoice names it.",
    Reason.UNKNOWN: "The invoice names something that the console did not launch.",
    Reason.CURRENCY: "The invoice is in another currency than the price at launch.",
    Reason.NO_PRICE: "Neither the provider nor the console names a price.",
    Reason.NO_INVOICE: "No invoice of this connection covers the month yet.",
}
