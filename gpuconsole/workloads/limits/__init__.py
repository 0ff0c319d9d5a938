"""Limits at work: what quotas and budgets have in use, what they say to a launch, and how admins settle them."""
