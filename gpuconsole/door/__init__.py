"""The one door: sets up the environment and runs every process, with the standard library alone."""
