"""Months as providers bill them: from the first moment in UTC to that of the next one."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from django.utils.translation import gettext as _

from gpuconsole.core.days import Month
from gpuconsole.core.errors import Refused


def read(text: str, *, field: str = "month") -> Month:
    """From ``2026-11``, since 2000. Raises Refused."""
    if not re.fullmatch(r"[2-9]\d{3}-(0[1-9]|1[0-2])", text, re.ASCII) or (found := Month.read(text)) is None:
        raise Refused(
            _("“{text}” is no month. Write it as 2026-11.").format(text=text[:20]), code="bad_month", field=field
        )
    return found


def of(moment: datetime) -> Month:
    """That of a moment."""
    return Month.of(moment.astimezone(UTC).date())
