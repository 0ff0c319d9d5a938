"""Halts: stop everything of a person, in a project, on a connection or of a team, and follow it to the end."""
