"""Projects, their members and roles, quotas, budgets and secrets."""
