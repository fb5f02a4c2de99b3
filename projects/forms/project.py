"""A project's own form."""

from __future__ import annotations

from django import forms

from projects.models import Project


class ProjectForm(forms.ModelForm[Project]):
    """A project's name, brief, region and date."""

    class Meta:
        model = Project
        fields = ("name", "brief", "country", "us_state", "due")
        widgets = {
            "brief": forms.Textarea(attrs={"rows": 4}),
            "due": forms.DateInput(attrs={"type": "date"}),
            "country": forms.TextInput(
                attrs={"maxlength": 2, "placeholder": "DE", "autocapitalize": "characters"}
            ),
        }

    def clean_country(self) -> str:
        """Return the country in capital letters."""
        return str(self.cleaned_data["country"]).upper()

    def clean_us_state(self) -> str:
        """Return the state in capital letters, only inside the United States."""
        state = str(self.cleaned_data["us_state"]).upper()
        if state and self.cleaned_data.get("country") != "US":
            raise forms.ValidationError(
                "A state is asked for in the United States only. Set the country to US."
            )
        return state
