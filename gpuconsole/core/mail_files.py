"""Mails as files, for an installation without a mail server: one each, however many processes write at once.

Django's own backend names a file by an address in memory, which workers that were forked from one process share.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone

from gpuconsole.core.ids import new_id


class EmailBackend(BaseEmailBackend):
    """Writes each message into ``EMAIL_FILE_PATH``, as mail programs read it. Raises OSError where that fails."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """How many were written."""
        folder = Path(settings.EMAIL_FILE_PATH)
        folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            name = f"{timezone.now():%Y%m%d-%H%M%S}-{new_id('mail')}.eml"
            (folder / name).write_bytes(message.message().as_bytes())
        return len(email_messages)
