#!/usr/bin/env python3
"""The console's one command: some words bring what they need (`door/commands.py`), all else is Django's."""

import os
import sys


def main():  # type: ignore[no-untyped-def]  # must be readable to a Python that is too old for the rest
    """Set up what the command needs, then run it; answers the exit code."""
    if sys.version_info < (3, 11):  # noqa: UP036
        return _say("Python 3.11 or newer is needed, this is %d.%d" % sys.version_info[:2])  # noqa: UP031
    from gpuconsole.door import commands, environment  # noqa: PLC0415
    from gpuconsole.door.trouble import Trouble  # noqa: PLC0415

    try:
        command = commands.DOORS.get("".join(sys.argv[1:2]))
        if command:
            return command(sys.argv[2:])
        environment.enter_if_made(*sys.argv)
    except Trouble as trouble:
        return _say(str(trouble))
    except KeyboardInterrupt:  # while setting up; what was begun is finished by the next start
        return 130
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gpuconsole.settings")
    from django.core.management import execute_from_command_line  # noqa: PLC0415

    return execute_from_command_line(sys.argv)


def _say(message):  # type: ignore[no-untyped-def]
    print("manage.py: " + message, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
