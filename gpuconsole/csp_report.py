"""Takes the reports that browsers send when a page breaks its content security policy."""

import json
import logging

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

logger = logging.getLogger(__name__)

_LONGEST_BYTES = 10_000


@csrf_exempt  # browsers send reports without a token; nothing is stored
@require_POST
def csp_report(request: HttpRequest) -> HttpResponse:
    """Log which page and which directive; anything that is no report is dropped."""
    try:
        report = json.loads(request.read(_LONGEST_BYTES))["csp-report"]
        page, directive, blocked = (report[name] for name in ("document-uri", "violated-directive", "blocked-uri"))
    except (ValueError, KeyError, TypeError, RecursionError):
        return HttpResponse(status=400)
    logger.warning("%.200r breaks the policy %.100r with %.200r", page, directive, blocked)
    return HttpResponse(status=204)
