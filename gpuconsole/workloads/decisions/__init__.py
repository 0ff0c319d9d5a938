"""Launches that nobody could confirm: what they could be, what each way out costs, and what a person decided."""
