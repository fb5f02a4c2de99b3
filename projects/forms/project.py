"""A project's own form."""

from __future__ import annotations

from django import forms

from projects.models import Project


class ProjectForm(forms.ModelForm[Project]):
    """A project's name, brief, region and date."""

    class Meta:
        model = Project
        fields = ("name", "brief", "country", "us_state", "due")
        labels = {"country": "Country", "us_state": "US state", "due": "Due"}
        help_texts = {
            "brief": "What the campaign says, to whom, and where it runs.",
            "country": "Two letters, such as DE. Decides which edits a provider allows.",
            "us_state": "Two letters, such as CA.",
        }
        widgets = {
            "name": forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
            "brief": forms.Textarea(attrs={"class": "area", "rows": 4}),
            "country": forms.TextInput(
                attrs={"class": "input", "maxlength": 2, "autocapitalize": "characters"}
            ),
            "us_state": forms.TextInput(
                attrs={"class": "input", "maxlength": 2, "autocapitalize": "characters"}
            ),
            "due": forms.DateInput(attrs={"class": "input", "type": "date"}, format="%Y-%m-%d"),
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
