"""Forms about people and teams."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from gpuconsole.accounts.mails import HELP, Mail, is_wanted
from gpuconsole.accounts.models import TeamRole, User
from gpuconsole.core.forms import zone_choices


class ProfileForm(forms.Form):
    """A person's own name, zone and habits, and which mails they get."""

    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=100, help_text=gettext_lazy("Shown beside what you launch.")
    )
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        choices=zone_choices,
        widget=forms.Select({"translate": "no"}),
        help_text=gettext_lazy("Times are shown in it."),
    )
    theme = forms.ChoiceField(
        label=gettext_lazy("Theme"),
        choices=(
            ("system", gettext_lazy("As the system")),
            ("light", gettext_lazy("Light")),
            ("dark", gettext_lazy("Dark")),
        ),
        required=False,
        widget=forms.RadioSelect,
    )
    ask_first_above = forms.DecimalField(
        label=gettext_lazy("Ask once more above"),
        required=False,
        min_value=0,
        max_digits=12,
        decimal_places=2,
        help_text=gettext_lazy("What a launch may cost before it is asked about once more. Empty: 50."),
        widget=forms.NumberInput({"placeholder": "50", "inputmode": "decimal"}),
    )
    has_keys = forms.BooleanField(
        label=gettext_lazy("Single-key shortcuts"),
        required=False,
        help_text=gettext_lazy("J, K, X and the like. They are off while you type; ? lists them."),
    )

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        super().__init__(*args, **options)
        for mail in Mail:
            self.fields[f"mail_{mail.value}"] = forms.BooleanField(
                required=False, label=mail.label, help_text=HELP[mail], initial=is_wanted(user, mail)
            )

    @classmethod
    def of(cls, user: User) -> dict[str, object]:
        """What the form shows of a person."""
        return {name: getattr(user, name) for name in ("name", "time_zone", "ask_first_above", "has_keys")}

    @property
    def mails(self) -> list[forms.BoundField]:
        """The boxes."""
        return [self[f"mail_{mail.value}"] for mail in Mail]

    @property
    def wanted(self) -> list[Mail]:
        """What is ticked; once valid."""
        return [mail for mail in Mail if self.cleaned_data[f"mail_{mail.value}"]]


class TeamForm(forms.Form):
    """What describes a team."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        choices=zone_choices,
        widget=forms.Select({"translate": "no"}),
        help_text=gettext_lazy("Months of budgets begin and end in it."),
    )


class InviteForm(forms.Form):
    """One invitation; without an address the link is handed over by other means."""

    email = forms.EmailField(
        required=False,
        label=gettext_lazy("E-mail"),
        help_text=gettext_lazy("Optional: the link is shown here in any case."),
    )
    role = forms.ChoiceField(
        label=gettext_lazy("Role"), choices=[(role.value, role.label) for role in (TeamRole.MEMBER, TeamRole.ADMIN)]
    )


class RoleForm(forms.Form):
    """Another role for a member."""

    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=TeamRole.choices)


class JoinForm(forms.Form):
    """An account made from an invitation."""

    email = forms.EmailField(label=gettext_lazy("E-mail"), widget=forms.EmailInput({"autocomplete": "username"}))
    name = forms.CharField(label=gettext_lazy("Name"), max_length=100, widget=forms.TextInput({"autocomplete": "name"}))
    password = forms.CharField(
        label=gettext_lazy("Password"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        help_text=gettext_lazy("At least 8 characters, and not a common one."),
    )
