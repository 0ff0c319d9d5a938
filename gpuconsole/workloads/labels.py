"""What a label is: a short text by which work is found, as many as fit under a name."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from gpuconsole.core.errors import Refused

LONGEST = 60
"""Characters."""
MOST = 20
"""Of one workload."""
FIELD = "labels"


def tidy(labels: Iterable[str]) -> list[str]:
    """Each once, without blanks around it, in the order given. Raises Refused for what is no label, or for too many."""
    found = list(dict.fromkeys(text for label in labels if (text := " ".join(label.split()))))
    for text in found:
        if len(text) > LONGEST:
            why = _("“{start}…” has {count} characters: a label has at most {most}.")
            raise _wrong(why.format(start=text[:20], count=len(text), most=LONGEST))
        if not text.isprintable():
            raise _wrong(_("“{start}” has characters that can't be printed.").format(start=text[:20]))
    if len(found) > MOST:
        raise _wrong(_("{count} labels are too many: work has at most {most}.").format(count=len(found), most=MOST))
    return found


def _wrong(message: str) -> Refused:
    return Refused(message, code="invalid", field=FIELD)
