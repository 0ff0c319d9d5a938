"""The append-only record: who did what to which target, from where, and how it ended."""
