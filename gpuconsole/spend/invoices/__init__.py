"""Invoices of providers: imported whole or not at all, and compared with what the console has metered."""
