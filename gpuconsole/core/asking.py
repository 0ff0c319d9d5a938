"""Questions before something that cannot be taken back: a dialog where the script asks for it, else a page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse

from gpuconsole.core.htmx import render_page


def ask(request: HttpRequest, question: Mapping[str, Any], *, status: int = 200) -> HttpResponse:
    """The question; its keys are told in ``templates/components/confirm.html``."""
    return render_page(request, "components/confirm_page.html", "components/confirm.html", question, status=status)
