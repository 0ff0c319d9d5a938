"""A team's accounts at providers: sealed credentials, health, and the only opener of adapters."""
