"""Renders the gallery's own templates, which stand beside the tests and not among the product's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template import engines

PAGES = Path(__file__).parent / "pages"


def render_source(request: HttpRequest, name: str, context: dict[str, Any]) -> HttpResponse:
    template = engines["django"].from_string((PAGES / name).read_text())
    return HttpResponse(template.render(context, request))
