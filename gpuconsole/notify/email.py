"""The e-mail channel: one message to one address, as text and as plain HTML that loads nothing from anywhere."""

from __future__ import annotations

from django.core.mail import EmailMultiAlternatives


def send(to: str, subject: str, text: str, html: str) -> None:
    """Hand the message to the mail server. Raises what its library raises (OSError and its like)."""
    message = EmailMultiAlternatives(subject=subject, body=text, to=[to])
    message.attach_alternative(html, "text/html")
    message.send()
