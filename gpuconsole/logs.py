"""One log line an event: time, level, logger, message, and the ids that the caller gave as `extra`."""

import logging

_STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}
_NOISE = frozenset({"request", "status_code", "server_time", "data", "sql", "params", "alias", "duration"})


class Formatter(logging.Formatter):
    """Appends `workload=12 connection=3` for `extra={"workload": 12, "connection": 3}`."""

    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03d"

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802
        """The line without a traceback."""
        given = {name: value for name, value in vars(record).items() if name not in _STANDARD | _NOISE}
        ids = "".join(f" {name}={value}" for name, value in given.items() if not name.startswith("_"))
        return super().formatMessage(record) + ids
