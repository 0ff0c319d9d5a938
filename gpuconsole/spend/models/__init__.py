"""What the database holds about costs."""

from gpuconsole.spend.models.invoice import Invoice, InvoiceLine, Source, What

__all__ = ["Invoice", "InvoiceLine", "Source", "What"]
