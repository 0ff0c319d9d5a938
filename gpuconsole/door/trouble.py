"""The one way in which the door says that something outside of it must be put right first."""


class Trouble(Exception):
    """A condition only the operator can change; its text is shown as one line and the exit code is 2."""
