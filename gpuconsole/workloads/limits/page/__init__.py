"""The page of a project's or a team's quotas, budget, alerts, providers and members: one form a card."""
