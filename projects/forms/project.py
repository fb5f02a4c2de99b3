"""A project's own form."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django_countries import countries

from projects import policies
from projects.models import Project
from projects.models.project import People
from projects.regions import US_STATES


class ProjectForm(forms.ModelForm[Project]):
    """A project's name, brief, region, who is in its pictures, and date."""

    class Meta:
        model = Project
        fields = ("name", "brief", "country", "us_state", "people", "due")
        labels = {
            "country": "Country",
            "us_state": "US state",
            "people": "Who can be recognised in your pictures",
            "due": "Due",
        }
        help_texts = {
            "brief": "What the campaign says, to whom, and where it runs.",
            "country": "Decides which edits a provider allows.",
            "people": "Holds for each picture that says nothing else; asked before one is sent to a provider.",
        }
        widgets = {
            "name": forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
            "brief": forms.Textarea(attrs={"class": "area", "rows": 4}),
            "due": forms.DateInput(attrs={"class": "input", "type": "date"}, format="%Y-%m-%d"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in {"country": list(countries), "us_state": [*US_STATES.items()]}.items():
            self.fields[name].widget = forms.Select({"class": "select"}, [("", "Not said"), *choices])
        self.fields["people"].widget = forms.Select({"class": "select"}, People.choices)
        self.initial["people"] = self.instance.people or People.UNSURE

    def clean_people(self) -> str:
        """Return the answer; one that was not sent stays as it was."""
        return str(self.cleaned_data["people"] or self.initial["people"])

    def clean_us_state(self) -> str:
        """Return the state; one of another country was chosen before the field went out of sight."""
        return str(self.cleaned_data["us_state"]) if self.cleaned_data.get("country") == "US" else ""


class NewProjectForm(ProjectForm):
    """The same for a new project; who makes things in several teams also says in which."""

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        teams = policies.makers_teams(user)
        widget = forms.Select({"class": "select"}) if len(teams) > 1 else forms.HiddenInput()
        self.fields["team"] = forms.ModelChoiceField(teams, empty_label=None, required=False, widget=widget)
        self.initial["team"] = teams.first()

    def clean_team(self) -> object:
        """Return the team that was chosen, else the first."""
        return self.cleaned_data["team"] or self.initial["team"]
