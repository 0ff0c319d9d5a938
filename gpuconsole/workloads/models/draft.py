"""Drafts: launch forms that were left before Launch was pressed."""

from django.db import models

from gpuconsole.accounts.models import Team, User
from gpuconsole.core.fields import SealedField


class Draft(models.Model):
    """What a person had filled in for one provider; saved as typed, so that wrong values are kept too."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="drafts")
    provider = models.CharField(max_length=30)
    inputs = SealedField(bound_to="id")
    """Posted form fields as JSON: {input name: [values]}. Sealed: people do type a secret where its name belongs."""
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team", "user", "provider"], name="one_draft_a_form"),
        ]

    def __str__(self) -> str:
        return f"{self.provider} draft"
