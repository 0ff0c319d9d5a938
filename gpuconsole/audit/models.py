"""The audit record; rows are written once and the database itself refuses to change or delete them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gpuconsole.accounts.models import ApiToken, Team, User
from gpuconsole.audit.words import icon_for, words_for


class Result(models.TextChoices):
    """How it ended."""

    OK = "ok", gettext_lazy("Done")
    REFUSED = "refused", gettext_lazy("Refused")


class Record(models.Model):
    """Who did what. It outlives all it names: references are not enforced and names are kept as they were."""

    public_id = models.CharField(max_length=40, unique=True, editable=False)
    at = models.DateTimeField()
    team = models.ForeignKey(Team, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    project_id = models.BigIntegerField(null=True)
    project_name = models.CharField(max_length=80, blank=True)
    user = models.ForeignKey(User, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    user_name = models.CharField(max_length=254, blank=True)
    token = models.ForeignKey(ApiToken, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    action = models.CharField(max_length=60)
    target_type = models.CharField(max_length=40, blank=True)
    target_id = models.CharField(max_length=60, blank=True)
    target_name = models.CharField(max_length=254, blank=True)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    why = models.CharField(max_length=300, blank=True)
    ip = models.GenericIPAddressField(null=True)
    request_id = models.CharField(max_length=40, blank=True)
    result = models.CharField(max_length=10, choices=Result.choices, default=Result.OK)

    class Meta:
        indexes = [
            # the audit page of a team, newest first
            models.Index(fields=["team", "-id"], name="audit_of_team"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.target_name}"

    @property
    def words(self) -> str:
        """What was done, for people."""
        return words_for(self.action)

    @property
    def icon(self) -> str:
        """The outline that stands before the words."""
        return icon_for(self.action)

    @property
    def origin(self) -> str:
        """Where it came from."""
        return self.ip or (_("worker") if self.user_id is None else "")
