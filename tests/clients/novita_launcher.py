"""Run by the Python that has `novita`: its own CLI, with another base URL; the CLI reads that constant at each call."""

import sys

from novita_cli.core import client
from novita_cli.novita_cli import main

client.BASE_URL = sys.argv.pop(1)
main()
