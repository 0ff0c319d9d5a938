"""When digests are due, by each team's own clock; sending one twice is ruled out by ``notify``."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from gpuconsole.accounts.mails import Mail, is_wanted
from gpuconsole.accounts.models import Team, User
from gpuconsole.notify import services
from gpuconsole.notify.services import Message
from gpuconsole.spend import still_running, weekly

logger = logging.getLogger(__name__)

WEEKLY_AT = time(8)
"""On Mondays; a console that was down then catches up until Wednesday."""
RUNNING_AT = time(18)
"""Every day; until midnight."""
_CATCH_UP = timedelta(days=2)
_DAY = timedelta(days=1)

Due = tuple[Message, User]


def due(team: Team, now: datetime, *, regardless: bool = False) -> Iterator[Due]:
    """What people of a team should get now and did not get; ``regardless`` of the hour."""
    local = now.astimezone(ZoneInfo(team.time_zone))
    monday = local.date() - _DAY * local.weekday()
    since = local.replace(tzinfo=None) - datetime.combine(monday, WEEKLY_AT)
    if regardless or timedelta() <= since < _CATCH_UP:
        yield from _weekly(team, now, monday)
    if regardless or local.time() >= RUNNING_AT:
        for owner, workloads in still_running.by_owner(team).items():
            note = still_running.message(team, workloads, local.date(), now)
            if _is_open(note.mail, note.key, owner):
                yield note, owner


def _weekly(team: Team, now: datetime, monday: date) -> Iterator[Due]:
    """Nothing is added up where everybody has it already, or where nothing was ever launched."""
    key = weekly.key(team, monday)
    waiting = [user for user in weekly.readers(team) if _is_open(Mail.WEEKLY, key, user)]
    if waiting and team.workloads.exists():
        digest = weekly.message(team, monday, now)
        yield from ((digest, user) for user in waiting)


def _is_open(mail: Mail, key: str, user: User) -> bool:
    return is_wanted(user, mail) and not services.is_told(key, user)


def send(now: datetime, *, regardless: bool = False) -> int:
    """Send all that is due; how many mails went out. A team that breaks does not hold up the others."""
    sent = 0
    for team in Team.objects.order_by("pk"):
        try:
            sent += sum(services.send(message, [user]) for message, user in due(team, now, regardless=regardless))
        except Exception:
            logger.exception("a digest broke", extra={"team": team.pk})
    return sent
