"""Forms about presets: saving a launch form as one, and changing one."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from gpuconsole.projects.models import Project
from gpuconsole.workloads.models import Preset

MINE, PROJECTS, REPLACE = "mine", "project", "replace"


class SaveForm(forms.Form):
    """Name and place of a new preset. Its inputs have a prefix of their own: the launch form travels along."""

    PREFIX = "preset"
    name = forms.CharField(
        label=_lazy("Name"),
        max_length=80,
        widget=forms.TextInput({"autocomplete": "off"}),
        error_messages={"required": _lazy("Name it.")},
    )
    description = forms.CharField(label=_lazy("Description"), max_length=300, required=False)
    place = forms.ChoiceField(label=_lazy("Who launches from it"), initial=MINE)

    def __init__(self, data: object, *, project: Project | None, replaced: Preset | None) -> None:
        super().__init__(data, prefix=self.PREFIX)  # type: ignore[arg-type]
        places = [(MINE, _("Only me"))]
        if project is not None:
            text = _("Everybody in {project}; you may lock fields next")
            places.append((PROJECTS, text.format(project=project.name)))
        if replaced is not None:
            text = _("Put these values into {preset}, which is there already")
            places.append((REPLACE, text.format(preset=replaced.name)))
        self.fields["name"].required = replaced is None
        self.fields["place"].choices = places  # type: ignore[attr-defined]

    def clean(self) -> dict[str, object]:
        """A new preset needs a name; one that is replaced has its own."""
        given = super().clean() or self.cleaned_data
        if given.get("place") != REPLACE and not str(given.get("name") or "").strip():
            self.add_error("name", _("Name it."))
        return given


class PresetForm(forms.Form):
    """What describes a preset, and why its locked fields are locked."""

    name = forms.CharField(label=_lazy("Name"), max_length=80)
    description = forms.CharField(label=_lazy("Description"), max_length=300, required=False)
    lock_reason = forms.CharField(
        label=_lazy("Why they are locked"),
        max_length=200,
        required=False,
        help_text=_lazy("Shown under each locked field."),
    )

    @classmethod
    def of(cls, preset: Preset) -> dict[str, str]:
        """What the form shows of a preset."""
        return {"name": preset.name, "description": preset.description, "lock_reason": preset.lock_reason}
