"""The audit record in the Django admin: to read only."""

from __future__ import annotations

from django.contrib import admin

from gpuconsole.audit.models import Record
from gpuconsole.core.admin import ReadOnlyAdmin


@admin.register(Record)
class RecordAdmin(ReadOnlyAdmin[Record]):
    """Every record of every team; nobody can add, change or delete one."""

    ordering = ("-id",)
    list_display = ("at", "team", "user_name", "action", "target_name", "result", "ip", "request_id")
    list_filter = ("result",)
    list_select_related = ("team",)
    search_fields = ("action", "target_name", "user_name", "request_id")
    show_full_result_count = False
