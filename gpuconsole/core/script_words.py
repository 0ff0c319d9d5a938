"""The texts of the interface's script in the reader's language: Django's own catalogue, kept by browsers for good.

English is written in the script itself, so where a language has no translated text the pages load nothing.
"""

from __future__ import annotations

from functools import cache
from hashlib import sha256

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation.trans_real import DjangoTranslation
from django.views.decorators.http import require_safe
from django.views.i18n import JavaScriptCatalog

_APPS = ["gpuconsole.core"]
"""Other people's scripts speak for themselves; our texts stand in LOCALE_PATHS, which is read in any case."""
_KEPT_S = 365 * 24 * 3600


@require_safe
def catalogue(request: HttpRequest, language: str, version: str) -> HttpResponse:
    """The script that ``url`` names. One of another version (while a new one is rolled out) is not kept."""
    if language not in dict(settings.LANGUAGES) or not (script := _script(language)):
        raise Http404
    response = HttpResponse(script, content_type="text/javascript; charset=utf-8")
    is_this = version == _version(script)
    response["Cache-Control"] = f"public, max-age={_KEPT_S}, immutable" if is_this else "no-store"
    return response


def url() -> str:
    """Where the present language's texts are; empty where it has none."""
    language = get_language() or settings.LANGUAGE_CODE
    script = _script(language)
    return reverse("script-words", args=(language, _version(script))) if script else ""


@cache
def _script(language: str) -> bytes:
    """Empty without a translated text."""
    view = JavaScriptCatalog()
    view.translation = DjangoTranslation(language, domain=view.domain, localedirs=view.get_paths(_APPS))
    if not view.get_catalog():
        return b""
    return view.render_to_response(view.get_context_data()).content


def _version(script: bytes) -> str:
    return sha256(script).hexdigest()[:12]
