"""`manage.py simulator` plays the providers with nothing installed."""

import signal
import subprocess
import sys
from pathlib import Path

from tests.console import MANAGE


def test_it_runs_on_a_bare_python_and_stops_when_told() -> None:
    python = str(Path(sys.base_prefix, "bin", "python3"))
    command = [python, "-S", str(MANAGE), "simulator", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout
        assert program.stdout.readline().startswith("Simulator: http://127.0.0.1:")
        program.send_signal(signal.SIGTERM)
        assert program.wait(5) == 0
