"""What was sent to whom, for installation staff, to read."""

from __future__ import annotations

from django.contrib import admin

from gpuconsole.core.admin import ReadOnlyAdmin
from gpuconsole.notify.models import Delivery, News, Notice, Webhook


@admin.register(Notice)
class NoticeAdmin(ReadOnlyAdmin[Notice]):
    """A notice without a sending time and without an error was being sent when its worker died."""

    list_display = ("key", "user", "team", "subject", "claimed_at", "sent_at", "tries", "error")
    list_filter = ("kind",)
    list_select_related = ("user", "team")
    search_fields = ("key", "user__email")


@admin.register(News)
class NewsAdmin(ReadOnlyAdmin[News]):
    """What was to be told, and when it was."""

    list_display = ("subject", "occasion", "team", "project", "at", "told_at")
    list_filter = ("occasion",)
    list_select_related = ("team", "project")
    search_fields = ("public_id", "key", "subject")


@admin.register(Webhook)
class WebhookAdmin(ReadOnlyAdmin[Webhook]):
    """Where teams and projects want to be told; the secret is sealed."""

    list_display = ("team", "project", "url", "is_on", "changed_at")
    list_select_related = ("team", "project")
    exclude = ("secret",)


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin[Delivery]):
    """What a webhook was sent, and what it said."""

    list_display = ("news", "webhook", "tries", "status", "sent_at", "next_at", "error")
    list_select_related = ("news", "webhook__team", "webhook__project")
