"""Run by the Python that has `truss`: its own CLI, with one more line in its table of REST hosts."""

import sys

from truss.cli.cli import truss_cli
from truss.remote.baseten import api

url = sys.argv.pop(1)
api.API_URL_MAPPING[url] = url
truss_cli()
