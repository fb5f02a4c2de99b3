"""The form of a team's key. What is written into it never comes back: neither its page nor an error shows it again."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import RegexValidator

from projects.models import Door

KEPT_DAYS = (55, 28, 14, 7, 1)
NEVER_SHOWN: dict[str, Any] = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}
PLACE = RegexValidator(
    r"^[a-z][a-z0-9-]{1,38}$", "Write a place of Google Cloud, such as global or us-central1."
)
BUCKET = RegexValidator(r"^gs://[a-z0-9][a-z0-9._/-]+$", "Write a bucket such as gs://my-clips.")


class Unseen(forms.Textarea):
    """A large field that is always drawn empty."""

    def format_value(self, value: Any) -> None:
        """Return nothing."""


class DoorForm(forms.Form):
    """A key of the Gemini API or of OpenRouter, which is one word."""

    kind: str
    title: str
    secret = forms.CharField(
        label="Key",
        max_length=200,
        help_text="Kept encrypted. Nobody can read it here again.",
        widget=forms.PasswordInput({"class": "input mono", **NEVER_SHOWN}),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id=f"{self.kind}-%s")


class DeveloperForm(DoorForm):
    """A key of the Gemini API."""

    kind, title = Door.Kind.DEVELOPER, "a Gemini API key"
    keeps_days = forms.TypedChoiceField(
        label="The provider keeps work for",
        choices=[(days, f"{days} days" if days > 1 else "1 day (free tier)") for days in KEPT_DAYS],
        coerce=int,
        initial=KEPT_DAYS[0],
        help_text="As set in AI Studio. So long a clip can be edited further.",
        widget=forms.Select({"class": "select"}),
    )


class OpenRouterForm(DoorForm):
    """A key of OpenRouter."""

    kind, title = Door.Kind.OPENROUTER, "an OpenRouter key"


class VertexForm(DoorForm):
    """A service account of a Google Cloud project."""

    kind, title = Door.Kind.VERTEX, "a Vertex project"
    secret = forms.CharField(
        label="Service account",
        max_length=10_000,
        help_text="The JSON file of its key, pasted whole. Kept encrypted. Nobody can read it here again.",
        widget=Unseen({"class": "area mono", "rows": 4, **NEVER_SHOWN}),
    )
    location = forms.CharField(
        initial="global",
        max_length=40,
        validators=[PLACE],
        widget=forms.TextInput({"class": "input", **NEVER_SHOWN}),
    )
    bucket = forms.CharField(
        max_length=200,
        required=False,
        validators=[BUCKET],
        help_text="Where Veo puts its clips.",
        widget=forms.TextInput({"class": "input", "placeholder": "gs://…", **NEVER_SHOWN}),
    )


FORMS: tuple[type[DoorForm], ...] = (DeveloperForm, VertexForm, OpenRouterForm)
