"""Runs the web server of one machine: `python -m gpuconsole.serve LISTENER [GATE]`, both inherited descriptors.

Imports every page first, which takes longer than anything else in a start; begins to serve when the other end of GATE
is closed: the database is ready then.
"""

import os
import sys

import django
from django.urls import get_resolver
from gunicorn.app.wsgiapp import WSGIApplication


def main(listener: str, gate: str = "") -> None:
    """Import, wait, serve until told to stop."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gpuconsole.settings")
    django.setup()
    get_resolver().reverse("healthz")
    if gate:
        os.read(int(gate), 1)
        os.close(int(gate))
    sys.argv = ["gunicorn", "-c", "python:gpuconsole.gunicorn", "--bind", f"fd://{listener}", "gpuconsole.wsgi"]
    WSGIApplication().run()


if __name__ == "__main__":
    main(*sys.argv[1:])
