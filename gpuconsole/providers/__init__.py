"""The providers, in plain Python: what each declares, and the adapter that keeps the contract for it."""
