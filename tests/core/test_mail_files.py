"""Mails as files: one each, so that none is lost in another."""

from __future__ import annotations

from email import message_from_bytes
from pathlib import Path

from django.core.mail import EmailMessage, get_connection
from pytest_django.fixtures import Settings


def test_each_mail_is_a_file_that_a_mail_program_reads(tmp_path: Path, settings: Settings) -> None:
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    backend = get_connection("gpuconsole.core.mail_files.EmailBackend")
    mails = [EmailMessage(f"{n} × H100", "…", to=[f"{n}@example.org"]) for n in range(3)]
    assert backend.send_messages(mails) == 3
    found = [message_from_bytes(path.read_bytes()) for path in (tmp_path / "mail").iterdir()]
    assert {mail["To"] for mail in found} == {"0@example.org", "1@example.org", "2@example.org"}
    assert found[0].get_payload(decode=True) == "…".encode()
