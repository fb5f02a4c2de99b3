"""A form field for each kind of control: what a browser or a shell sends, turned into plain checked values.

Rows, boxes and points arrive as JSON, or from a page without JavaScript as one field a number: `cues-0-start`,
`box-0`. People give boxes and points in per cent of the picture; a wish holds shares.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from typing import Any

from django import forms

from projects.catalogue.base import Column, Control
from projects.media.captions import timecodes

LONGEST_TEXT = 2000
MOST_ROWS = 2000
MOST_STROKES = 400


class PartsInput(forms.Widget):
    """Reads a value from JSON under its own name, or from the numbered fields that `gather` collects."""

    def __init__(self, gather: Callable[[Mapping[str, Any], str], list[Any]]) -> None:
        super().__init__()
        self.gather = gather

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        """Return the parsed JSON, the gathered list, or the text itself when it is not JSON."""
        text = data.get(name)
        if text in (None, ""):
            return self.gather(data, name)
        if not isinstance(text, str):
            return text
        try:
            return json.loads(text)
        except ValueError:
            return text

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        """Say that a value is always there: an empty one is a value."""
        return False


def gather_numbers(count: int) -> Callable[[Mapping[str, Any], str], list[Any]]:
    """Return a gatherer of `name-0` … as numbers; empty unless one of them is filled."""

    def gather(data: Mapping[str, Any], name: str) -> list[Any]:
        found = [str(data.get(f"{name}-{index}", "")).strip() for index in range(count)]
        return found if any(found) else []

    return gather


def gather_rows(columns: tuple[Column, ...]) -> Callable[[Mapping[str, Any], str], list[Any]]:
    """Return a gatherer of `name-0-column` … as rows; empty rows are left out."""

    def gather(data: Mapping[str, Any], name: str) -> list[Any]:
        rows = []
        for index in range(MOST_ROWS):
            keys = {column.name: f"{name}-{index}-{column.name}" for column in columns}
            if not any(key in data for key in keys.values()):
                break
            row = {column: str(data.get(key, "")).strip() for column, key in keys.items()}
            if any(row.values()):
                rows.append(row)
        return rows

    return gather


class NumbersField(forms.Field):
    """A box (four numbers) or a point (two): per cent from the person, shares of the picture in the wish."""

    def __init__(self, count: int, **options: Any) -> None:
        super().__init__(widget=PartsInput(gather_numbers(count)), required=False, **options)
        self.count = count

    def to_python(self, value: Any) -> tuple[float, ...] | None:
        """Return shares, or nothing when it is left empty."""
        if isinstance(value, str):
            value = value.split(",")
        if not value:
            return None
        try:
            numbers = [float(entry) for entry in value]
        except (TypeError, ValueError) as error:
            raise forms.ValidationError(
                f"Fill all {self.count} numbers, in per cent of the picture."
            ) from error
        if len(numbers) != self.count or not all(map(math.isfinite, numbers)):
            raise forms.ValidationError(f"Fill all {self.count} numbers, in per cent of the picture.")
        scale = 1 if max(numbers) <= 1 else 100
        return self._inside(tuple(round(number / scale, 5) for number in numbers))

    def _inside(self, shares: tuple[float, ...]) -> tuple[float, ...]:
        if min(shares) < 0 or max(shares) > 1:
            raise forms.ValidationError("Each number lies between 0 and 100 per cent of the picture.")
        if self.count == 4:
            left, top, width, height = shares
            if width < 0.01 or height < 0.01 or left + width > 1.0001 or top + height > 1.0001:
                raise forms.ValidationError(
                    "The box reaches over the edge or is too small. Draw it around the product."
                )
        return shares


class RowsField(forms.Field):
    """Rows with named columns; times become seconds."""

    def __init__(self, columns: tuple[Column, ...], **options: Any) -> None:
        super().__init__(widget=PartsInput(gather_rows(columns)), required=False, **options)
        self.columns = columns

    def to_python(self, value: Any) -> tuple[dict[str, Any], ...]:
        """Return checked rows."""
        if not value:
            return ()
        if not isinstance(value, (list, tuple)) or not all(isinstance(row, dict) for row in value):
            names = ", ".join(column.name for column in self.columns)
            raise forms.ValidationError(f"Rows are a list of objects with {names}.")
        if len(value) > MOST_ROWS:
            raise forms.ValidationError(f"{MOST_ROWS} rows at most. Give a file instead.")
        return tuple(self._row(number, row) for number, row in enumerate(value, start=1))

    def _row(self, number: int, row: dict[str, Any]) -> dict[str, Any]:
        unknown = row.keys() - {column.name for column in self.columns}
        if unknown:
            raise forms.ValidationError(f"Row {number}: there is no {', '.join(sorted(map(str, unknown)))}.")
        return {column.name: self._cell(number, column, row.get(column.name, "")) for column in self.columns}

    def _cell(self, number: int, column: Column, value: Any) -> Any:
        text = str(value).strip()
        if column.kind == "text":
            return text[:LONGEST_TEXT]
        try:
            return float(timecodes.parse(text))
        except ValueError as error:
            raise forms.ValidationError(
                f"Row {number}, {column.label}: {error}. Write 1.5 or 0:01.5."
            ) from error


class StrokesField(forms.Field):
    """Brush strokes: a list of {points: [[x, y], …], radius, keep}, all in shares of the picture."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=PartsInput(gather_rows(())), required=False, **options)

    def to_python(self, value: Any) -> tuple[dict[str, Any], ...]:
        """Return checked strokes."""
        if not value:
            return ()
        try:
            return tuple(self._stroke(stroke) for stroke in value[:MOST_STROKES])
        except (TypeError, ValueError, KeyError, AttributeError) as error:
            raise forms.ValidationError("The brush strokes arrived damaged. Paint them again.") from error

    def _stroke(self, stroke: dict[str, Any]) -> dict[str, Any]:
        points = [[_share(x), _share(y)] for x, y in stroke["points"][:2000]]
        return {"points": points, "radius": _share(stroke["radius"]), "keep": bool(stroke["keep"])}


def _share(value: Any) -> float:
    number = float(value)
    if not math.isfinite(number):
        raise ValueError("not a number")
    return round(min(max(number, 0.0), 1.0), 4)


class WholeNumberField(forms.FloatField):
    """A number within a range; empty means the default."""

    def __init__(self, control: Control, **options: Any) -> None:
        super().__init__(required=False, **options)
        self.default = control.default
        self.error_messages["invalid"] = "Write a number."
        if control.least is not None and control.most is not None:
            self.error_messages["invalid"] = f"Write a number from {control.least:g} to {control.most:g}."
            self.validators.append(self._within(control.least, control.most))

    def _within(self, least: float, most: float) -> Callable[[float], None]:
        def check(number: float) -> None:
            if not least <= number <= most:
                raise forms.ValidationError(self.error_messages["invalid"])

        return check

    def clean(self, value: Any) -> int | float:
        """Return the number, whole where it is whole."""
        number = super().clean(value)
        if number is None:
            number = self.default
        return int(number) if float(number).is_integer() else number


class DefaultChoiceField(forms.ChoiceField):
    """One of the control's options; nothing chosen means the default."""

    def __init__(self, control: Control, **options: Any) -> None:
        choices = [(option.value, option.label) for option in control.options]
        super().__init__(choices=choices, required=False, **options)
        self.default = control.default
        names = ", ".join(value for value, _ in choices)
        self.error_messages["invalid_choice"] = f"“%(value)s” is not offered. Choose one of {names}."

    def clean(self, value: Any) -> str:
        """Return the chosen value."""
        return str(super().clean(value) or self.default)


class ColourField(forms.RegexField):
    """A colour as #rrggbb; empty means the default."""

    def __init__(self, control: Control, **options: Any) -> None:
        super().__init__(r"^#[0-9a-fA-F]{6}$", required=False, **options)
        self.default = control.default
        self.error_messages["invalid"] = "Write the colour as #rrggbb, such as #e7ddd0."

    def clean(self, value: Any) -> str:
        """Return the colour in small letters."""
        return str(super().clean(value) or self.default).lower()


def field_for(control: Control) -> forms.Field:
    """Return the form field of a control."""
    options = {"label": control.label, "help_text": control.hint, "initial": control.default}
    makers: dict[str, Callable[[], forms.Field]] = {
        "choice": lambda: DefaultChoiceField(control, **options),
        "number": lambda: WholeNumberField(control, **options),
        "colour": lambda: ColourField(control, **options),
        "box": lambda: NumbersField(4, **options),
        "point": lambda: NumbersField(2, **options),
        "rows": lambda: RowsField(control.columns, **options),
        "strokes": lambda: StrokesField(**options),
        "text": lambda: forms.CharField(max_length=LONGEST_TEXT, required=control.required, **options),
        "lines": lambda: forms.CharField(
            max_length=LONGEST_TEXT,
            required=control.required,
            widget=forms.Textarea(attrs={"rows": 3}),
            **options,
        ),
    }
    return makers[control.kind]()
