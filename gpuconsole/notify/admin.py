"""What was sent to whom, for installation staff, to read."""

from __future__ import annotations

from django.contrib import admin

from gpuconsole.core.admin import ReadOnlyAdmin
from gpuconsole.notify.models import Notice


@admin.register(Notice)
class NoticeAdmin(ReadOnlyAdmin[Notice]):
    """A notice without a sending time and without an error was being sent when its worker died."""

    list_display = ("key", "user", "team", "subject", "claimed_at", "sent_at", "tries", "error")
    list_filter = ("kind",)
    list_select_related = ("user", "team")
    search_fields = ("key", "user__email")
