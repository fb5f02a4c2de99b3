"""The form of a budget: one amount."""

from __future__ import annotations

from decimal import Decimal

from django import forms

MOST = Decimal(999_999)
MESSAGES = {
    "required": "Enter an amount in US dollars, such as 80. 0 stops paid work.",
    "invalid": "Write the amount in digits, such as 80 or 80.50.",
    "min_value": "A budget cannot be below 0. 0 stops paid work.",
    "max_value": "The largest budget is $999,999.",
    "max_decimal_places": "An amount has two decimals at most, such as 80.50.",
    "max_digits": "The largest budget is $999,999.",
    "max_whole_digits": "The largest budget is $999,999.",
}


class BudgetForm(forms.Form):
    """An amount in US dollars, whole cents. Where no limit is allowed, an empty field says so."""

    usd = forms.DecimalField(
        label="Amount in US dollars",
        min_value=0,
        max_value=MOST,
        decimal_places=2,
        error_messages=MESSAGES,
        widget=forms.TextInput(attrs={"class": "input", "inputmode": "decimal", "autocomplete": "off"}),
    )

    def __init__(self, *args: object, may_be_empty: bool = False, hint: str = "", **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type] # passed on as they came
        self.fields["usd"].required = not may_be_empty
        self.fields["usd"].help_text = hint
