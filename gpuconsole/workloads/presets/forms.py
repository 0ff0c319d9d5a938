"""Forms about presets: saving a launch form as one, and changing one."""

from __future__ import annotations

from django import forms

from gpuconsole.projects.models import Project
from gpuconsole.workloads.models import Preset

MINE, PROJECTS, REPLACE = "mine", "project", "replace"


class SaveForm(forms.Form):
    """Name and place of a new preset. Its inputs have a prefix of their own: the launch form travels along."""

    PREFIX = "preset"
    name = forms.CharField(
        max_length=80, widget=forms.TextInput({"autocomplete": "off"}), error_messages={"required": "Name it."}
    )
    description = forms.CharField(max_length=300, required=False)
    place = forms.ChoiceField(label="Who launches from it", initial=MINE)

    def __init__(self, data: object, *, project: Project | None, replaced: Preset | None) -> None:
        super().__init__(data, prefix=self.PREFIX)  # type: ignore[arg-type]
        places = [(MINE, "Only me")]
        if project is not None:
            places.append((PROJECTS, f"Everybody in {project.name}; you may lock fields next"))
        if replaced is not None:
            places.append((REPLACE, f"Put these values into {replaced.name}, which is there already"))
        self.fields["name"].required = replaced is None
        self.fields["place"].choices = places  # type: ignore[attr-defined]

    def clean(self) -> dict[str, object]:
        """A new preset needs a name; one that is replaced has its own."""
        given = super().clean() or self.cleaned_data
        if given.get("place") != REPLACE and not str(given.get("name") or "").strip():
            self.add_error("name", "Name it.")
        return given


class PresetForm(forms.Form):
    """What describes a preset, and why its locked fields are locked."""

    name = forms.CharField(max_length=80)
    description = forms.CharField(max_length=300, required=False)
    lock_reason = forms.CharField(
        max_length=200, required=False, label="Why they are locked", help_text="Shown under each locked field."
    )

    @classmethod
    def of(cls, preset: Preset) -> dict[str, str]:
        """What the form shows of a preset."""
        return {"name": preset.name, "description": preset.description, "lock_reason": preset.lock_reason}
