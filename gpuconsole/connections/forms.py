"""The forms of a connection; fields for the credentials are made from the provider's own model."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy
from pydantic import BaseModel, SecretStr, ValidationError
from pydantic.fields import FieldInfo

from gpuconsole.connections import addresses
from gpuconsole.projects.models import Project
from gpuconsole.providers.contract import Provider

_PREFIX = "credentials-"


class CredentialsForm(forms.Form):
    """The credentials of one provider, and nothing else: for rotating a key."""

    def __init__(self, *args: Any, provider: Provider, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.provider = provider
        self.credentials: BaseModel | None = None
        for name, info in provider.credentials.model_fields.items():
            self.fields[_PREFIX + name] = _field_of(name, info)

    @property
    def credential_fields(self) -> list[forms.BoundField]:
        """In the order of the provider's model."""
        return [self[_PREFIX + name] for name in self.provider.credentials.model_fields]

    def clean(self) -> dict[str, Any]:
        """Let the provider's model judge; its errors stand beside their fields."""
        given = {
            name: value.strip()
            for name in self.provider.credentials.model_fields
            if (value := self.cleaned_data.get(_PREFIX + name))
        }
        try:
            self.credentials = self.provider.credentials.model_validate(given)
        except ValidationError as error:
            for problem in error.errors(include_input=False, include_context=False, include_url=False):
                field = _PREFIX + str(problem["loc"][0]) if problem["loc"] else None
                if field is None or field not in self.errors:
                    self.add_error(field if field in self.fields else None, problem["msg"])
        return self.cleaned_data


class ConnectionForm(CredentialsForm):
    """A connection to be added."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=80,
        help_text=gettext_lazy("Shown in forms when a provider has two connections."),
    )
    base_url = forms.ChoiceField(label=gettext_lazy("Where calls go"), required=False)
    projects = forms.MultipleChoiceField(
        label=gettext_lazy("Who may use it"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Pick none to let every project use it."),
    )

    def __init__(self, *args: Any, provider: Provider, projects: Iterable[Project], **kwargs: Any) -> None:
        super().__init__(*args, provider=provider, **kwargs)
        self.fields["base_url"].choices = addresses.choices(provider)  # type: ignore[attr-defined]
        _offer(self, projects)


class SettingsForm(forms.Form):
    """What can be changed later without touching the key."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    projects = forms.MultipleChoiceField(
        label=gettext_lazy("Who may use it"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Pick none to let every project use it."),
    )

    def __init__(self, *args: Any, projects: Iterable[Project], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, projects)


def _offer(form: forms.Form, projects: Iterable[Project]) -> None:
    form.fields["projects"].choices = [(project.slug, project.name) for project in projects]  # type: ignore[attr-defined]


def _field_of(name: str, info: FieldInfo) -> forms.Field:
    is_secret = info.annotation is SecretStr
    widget: type[forms.Widget] = forms.PasswordInput if is_secret else forms.TextInput
    return forms.CharField(
        label=gettext(info.title) if info.title else name.replace("_", " ").capitalize(),
        help_text=gettext(info.description) if info.description else "",
        required=info.is_required(),
        max_length=4096,
        strip=True,
        widget=widget({"autocomplete": "new-password" if is_secret else "off", "spellcheck": "false"}),
    )
