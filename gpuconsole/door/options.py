"""The options of `manage.py up`."""

import argparse
from dataclasses import dataclass
from pathlib import Path

from gpuconsole.door.environment import BASE


@dataclass(frozen=True)
class Options:
    """What the operator asked for; a port of 0 takes any free one."""

    host: str
    port: int
    data: Path
    simulator_speed: float
    empty: bool


def parse(words: list[str]) -> Options:
    """Read the words after `up`; a mistake ends the program with the usage and exit code 2."""
    parser = argparse.ArgumentParser(prog="manage.py up", description="Start the whole console on this machine.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=_port, default=8000, help="port of the pages and the API (default: %(default)s)")
    parser.add_argument("--data", type=Path, default=BASE / ".gpuconsole", help="folder of everything that is kept")
    parser.add_argument(
        "--simulator-speed",
        type=_speed,
        default=20,
        metavar="N",
        help="how fast the sandbox lives (default: %(default)s)",
    )
    parser.add_argument("--empty", action="store_true", help="no simulator and no sandbox connections")
    found = parser.parse_args(words)
    return Options(found.host, found.port, found.data.resolve(), found.simulator_speed, found.empty)


def _port(text: str) -> int:
    number = int(text)
    if not 0 <= number <= 65535:
        raise argparse.ArgumentTypeError("a port is a number up to 65535")
    return number


def _speed(text: str) -> float:
    number = float(text)
    if not 0 < number <= 10_000:
        raise argparse.ArgumentTypeError("a speed is a number above 0")
    return number
