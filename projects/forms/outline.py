"""What a person drew on a photo to help the studio find the product."""

from __future__ import annotations

from django import forms

from projects.forms.controls import NumbersField, StrokesField


class OutlineForm(forms.Form):
    """A box in per cent of the picture, and brush strokes; both may be empty."""

    box = NumbersField(4)
    strokes = StrokesField()
