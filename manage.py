#!/usr/bin/env python3
"""The console's one command: `up`, `test` and `bench` set themselves up, all else is Django's."""

import os
import sys


def main() -> None:
    """Hand the command to Django."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gpuconsole.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
