"""Bases for the Django admin that name their model in brackets, as type checkers want and Django does not allow yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

Row = TypeVar("Row", bound=models.Model)

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin, TabularInline
else:

    class ModelAdmin(admin.ModelAdmin):
        """Django's own, subscriptable."""

        def __class_getitem__(cls, item: Any) -> type:
            return cls

    class TabularInline(admin.TabularInline):
        """Django's own, subscriptable."""

        def __class_getitem__(cls, item: Any) -> type:
            return cls


class ReadOnlyAdmin(ModelAdmin[Row]):
    """Rows that only the console itself writes."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        """Nobody."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        """Nobody."""
        return False


__all__ = ["ModelAdmin", "ReadOnlyAdmin", "TabularInline"]
