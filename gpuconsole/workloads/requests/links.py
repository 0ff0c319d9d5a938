"""Signed links in mails: one admin's one decision about one request, without signing in, until it is decided."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.core import signing
from django.urls import reverse

from gpuconsole.accounts.access import Viewer
from gpuconsole.accounts.models import User
from gpuconsole.workloads.models import LaunchRequest
from gpuconsole.workloads.requests import access

_SALT = "gpuconsole.launch-request"
_LONGEST = 500


class Answer(StrEnum):
    """What a link can do."""

    APPROVE = "approve"
    DECLINE = "decline"


@dataclass(frozen=True, slots=True)
class Link:
    """A link that was read: still good for as long as the request waits and the person may decide."""

    request: LaunchRequest
    answer: Answer
    viewer: Viewer
    """The admin that it was written for, with the role that they have now."""

    @property
    def is_theirs(self) -> bool:
        """Whether the admin may still do what the link does."""
        may = access.may_approve if self.answer is Answer.APPROVE else access.may_decline
        return may(self.viewer, self.request)


def path(request: LaunchRequest, answer: Answer, admin: User) -> str:
    """Its address on this console."""
    token = signing.dumps([request.public_id, answer.value, admin.pk], salt=_SALT)
    return reverse("request-link", args=(token,))


def read(token: str) -> Link | None:
    """What a token stands for; None for one that we did not sign, or whose request or admin is gone.

    It has no age of its own: the request's end is its end, and the first decision uses it up.
    """
    try:
        public_id, word, pk = signing.loads(token[: _LONGEST + 1], salt=_SALT)
        answer = Answer(word)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    rows = LaunchRequest.objects.select_related(
        "project", "project__team", "connection", "by", "decided_by", "workload", "preset"
    )
    request, admin = rows.filter(public_id=public_id).first(), User.objects.filter(pk=pk).first()
    if request is None or admin is None:
        return None
    return Link(request, answer, access.viewer_of(admin, request.project.team))
