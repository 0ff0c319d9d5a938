"""What the database holds about costs."""

from gpuconsole.spend.models.invoice import Invoice, InvoiceLine, InvoiceSource, What
from gpuconsole.spend.models.rollup import CostDay, StaleWorkload, TeamRollup, WorkloadDay

__all__ = ["CostDay", "Invoice", "InvoiceLine", "InvoiceSource", "StaleWorkload", "TeamRollup", "What", "WorkloadDay"]
