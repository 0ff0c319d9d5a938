"""Notices carry a second line and at most one action, and stay plain messages otherwise."""

from __future__ import annotations

from django.contrib.messages.storage.base import Message
from django.contrib.messages.storage.fallback import FallbackStorage
from django.test import RequestFactory

from gpuconsole.core import notices


def test_a_notice_brings_its_action_along() -> None:
    request = RequestFactory().get("/")
    request.session = {}  # type: ignore[assignment]
    request._messages = FallbackStorage(request)  # type: ignore[attr-defined]
    undo = notices.Action("Undo", "/again/", {"user": "7"})
    notices.done(request, "They are out.", detail="Nothing ends.", action=undo)
    [message] = list(request._messages)  # type: ignore[attr-defined]
    assert str(message) == "They are out."
    assert notices.more(message) == notices.More("Nothing ends.", undo)


def test_messages_of_others_have_nothing_beside_them() -> None:
    for tags in ("", "icon-rocket", "[1]", '{"action": {"what": 1}}'):
        assert notices.more(Message(20, "text", extra_tags=tags)) == notices.More()
