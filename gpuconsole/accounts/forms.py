"""Forms about people and teams."""

from __future__ import annotations

from django import forms

from gpuconsole.accounts.models import TeamRole
from gpuconsole.core.forms import zone_choices


class ProfileForm(forms.Form):
    """A person's own name and zone."""

    name = forms.CharField(max_length=100, help_text="Shown beside what you launch.")
    time_zone = forms.ChoiceField(choices=zone_choices, help_text="Times are shown in it.")


class TeamForm(forms.Form):
    """What describes a team."""

    name = forms.CharField(max_length=80)
    time_zone = forms.ChoiceField(choices=zone_choices, help_text="Months of budgets begin and end in it.")


class InviteForm(forms.Form):
    """One invitation; without an address the link is handed over by other means."""

    email = forms.EmailField(required=False, label="E-mail", help_text="Optional: the link is shown here in any case.")
    role = forms.ChoiceField(choices=[(role.value, role.label) for role in (TeamRole.MEMBER, TeamRole.ADMIN)])


class RoleForm(forms.Form):
    """Another role for a member."""

    role = forms.ChoiceField(choices=TeamRole.choices)


class JoinForm(forms.Form):
    """An account made from an invitation."""

    email = forms.EmailField(label="E-mail", widget=forms.EmailInput({"autocomplete": "username"}))
    name = forms.CharField(max_length=100, widget=forms.TextInput({"autocomplete": "name"}))
    password = forms.CharField(
        max_length=200,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        help_text="At least 8 characters, and not a common one.",
    )
