"""Forms about projects, their people, secrets and tokens."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gpuconsole.accounts.models import Scope
from gpuconsole.projects.models import Project, ProjectRole

_HOUR_S = 3600
_LONGEST_H = 24 * 365
SHORTEST_STOP_S, LONGEST_STOP_S = 360, _LONGEST_H * _HOUR_S
"""Bounds of what a project may propose as the latest end."""

LONGEST_KEPT_DAYS = 3650

LIFETIMES = {
    "7": gettext_lazy("7 days"),
    "30": gettext_lazy("30 days"),
    "90": gettext_lazy("90 days"),
    "365": gettext_lazy("1 year"),
    "": gettext_lazy("never expires"),
}


class NewProjectForm(forms.Form):
    """A project to be made."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    slug = forms.SlugField(
        max_length=80,
        required=False,
        label=gettext_lazy("Short name"),
        help_text=gettext_lazy("Used in links and scripts; made of the name if empty."),
    )
    description = forms.CharField(label=gettext_lazy("Description"), max_length=200, required=False)


class ProjectForm(forms.Form):
    """What describes a project."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    description = forms.CharField(label=gettext_lazy("Description"), max_length=200, required=False)
    stop_after_h = forms.DecimalField(
        min_value=Decimal(SHORTEST_STOP_S) / _HOUR_S,
        max_value=_LONGEST_H,
        decimal_places=2,
        required=False,
        label=gettext_lazy("Stop after"),
        help_text=gettext_lazy("What launch forms propose as the deadline."),
    )

    may_never_end = forms.BooleanField(
        required=False,
        label=gettext_lazy("Instances may run without a latest end"),
        help_text=gettext_lazy("Off: whoever launches or extends one says when it is stopped at the latest."),
    )

    keep_output_days = forms.IntegerField(
        min_value=1,
        max_value=LONGEST_KEPT_DAYS,
        required=False,
        label=gettext_lazy("Keep logs and metrics"),
        help_text=gettext_lazy(
            "Counted from the end of the work that put them out; then they are removed. Empty: for ever."
        ),
    )

    ask_first_above = forms.DecimalField(
        min_value=0,
        max_digits=12,
        decimal_places=2,
        required=False,
        label=gettext_lazy("Ask once more above"),
        help_text=gettext_lazy(
            "A launch that can cost more is asked about once more. Empty: above 50, or what the person set."
        ),
    )

    @classmethod
    def of(cls, project: Project) -> dict[str, object]:
        """What the form shows of a project."""
        return {
            "name": project.name,
            "description": project.description,
            "stop_after_h": hours(project.default_stop_after_s),
            "may_never_end": project.may_never_end,
            "keep_output_days": project.keep_output_days,
            "ask_first_above": project.ask_first_above,
        }

    @property
    def default_stop_after_s(self) -> int | None:
        """The deadline that was filled in, in seconds."""
        return seconds(self.cleaned_data["stop_after_h"])


class MemberForm(forms.Form):
    """A member of the team for a project."""

    user = forms.TypedChoiceField(coerce=int, label=gettext_lazy("Person"))
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=ProjectRole.choices, initial=ProjectRole.MEMBER.value)

    def __init__(self, *args: object, people: list[tuple[int, str]], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["user"].choices = people  # type: ignore[attr-defined]


class RoleForm(forms.Form):
    """Another role for a project's member."""

    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=ProjectRole.choices)


class SecretForm(forms.Form):
    """A secret to be stored or replaced; its value is never shown again."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=100,
        widget=forms.TextInput({"spellcheck": "false", "autocomplete": "off"}),
    )
    value = forms.CharField(
        label=gettext_lazy("Value"),
        max_length=64 * 1024,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        help_text=gettext_lazy("A name that is there already gets the new value."),
    )


class TokenForm(forms.Form):
    """An API token to be made."""

    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=80, help_text=gettext_lazy("What it is for, such as nightly-evals.")
    )
    project = forms.ChoiceField(
        label=gettext_lazy("Project"), required=False, help_text=gettext_lazy("Narrows the token to one project.")
    )
    scope = forms.ChoiceField(
        label=gettext_lazy("May"),
        choices=[
            (Scope.READ.value, gettext_lazy("Read: look at everything")),
            (Scope.LAUNCH.value, gettext_lazy("Launch: read, launch, stop own work")),
            (Scope.ADMIN.value, gettext_lazy("Admin: whatever you may do")),
        ],
        initial=Scope.LAUNCH.value,
    )
    lifetime = forms.ChoiceField(
        label=gettext_lazy("Expires"), choices=list(LIFETIMES.items()), required=False, initial="90"
    )

    def __init__(self, *args: object, projects: list[Project], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        choices = [("", _("all projects")), *((project.slug, project.name) for project in projects)]
        self.fields["project"].choices = choices  # type: ignore[attr-defined]

    @property
    def expires_at(self) -> datetime | None:
        """The end of the last day; None: never."""
        days = self.cleaned_data["lifetime"]
        if not days:
            return None
        return (timezone.now() + timedelta(days=int(days))).astimezone(UTC).replace(hour=23, minute=59, second=59)


def seconds(hours: Decimal | None) -> int | None:
    """Whole seconds of hours."""
    return None if hours is None else int(hours * _HOUR_S)


def hours(seconds: int | None) -> Decimal | None:
    """Hours as they were filled in."""
    return None if seconds is None else plain(Decimal(seconds) / _HOUR_S)


def plain(value: Decimal | int | None) -> Decimal | None:
    """Without the zeros that the column's scale adds."""
    if value is None:
        return None
    number = round(Decimal(value), 4).normalize()
    return number.quantize(Decimal(1)) if number == number.to_integral_value() else number
