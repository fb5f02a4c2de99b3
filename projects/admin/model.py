"""Providers' models: the whole table as it stands today, and the values that an operator sets over it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode

from projects.admin.base import Listed
from projects.models import Door, ModelChange
from projects.models.model import merged, shipped_values

VALUES = (
    "Only what changes, as one JSON object: the names and forms are those below. "
    'For example {"status": "retiring", "retires_on": "2027-05-04"}. '
    "A model that the studio does not ship names its “family” as well."
)


class ModelChangeForm(forms.ModelForm[ModelChange]):
    """The values of one model."""

    class Meta:
        model = ModelChange
        fields = ("model_id", "door", "values", "reason")
        help_texts = {
            "values": VALUES,
            "reason": "Where the new value comes from, for whoever reads it later.",
        }
        widgets = {"door": forms.Select(choices=Door.Kind.choices)}


@admin.register(ModelChange)
class ModelChangeAdmin(Listed[ModelChange]):
    """Every model with its dates, prices and abilities; a change is a row, and deleting it is the reset."""

    form = ModelChangeForm
    actions = None

    def get_readonly_fields(self, request: HttpRequest, obj: ModelChange | None = None) -> tuple[str, ...]:
        """Return what says which model it is, once it is saved."""
        return ("model_id", "door") if obj else ()

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show every model, changed or not."""
        changes = {(change.model_id, change.door): change for change in ModelChange.objects.order_by("pk")}
        table = {(model.id, model.door): model for model in merged()}
        rows = [
            {
                "model": model,
                "video": _priced(model.video_second),
                "image": _priced(model.image),
                "abilities": ", ".join(sorted(model.abilities)),
                "unconfirmed": ", ".join(sorted(model.unconfirmed)),
                "change": changes.get(key),
                "address": _address(*key, changes.get(key)),
            }
            for key, model in table.items()
        ]
        unread = [change for key, change in changes.items() if key not in table]
        extra = {"title": "Models", "rows": rows, "unread": unread, **(extra_context or {})}
        return super().changelist_view(request, extra)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Show the form beside the values that the studio ships."""
        change = self.get_object(request, object_id) if object_id else None
        data = request.POST or request.GET
        key = (change.model_id, change.door) if change else (data.get("model_id", ""), data.get("door", ""))
        shipped = json.dumps(shipped_values(*key), indent=2, default=_plain, ensure_ascii=False)
        extra = {"shipped": shipped, "named": key[0], **(extra_context or {})}
        return super().changeform_view(request, object_id, form_url, extra)


def _address(model_id: str, door: str, change: ModelChange | None) -> str:
    """Return where the model's values are changed."""
    if change is not None:
        return reverse("admin:projects_modelchange_change", args=[change.pk])
    query = urlencode({"model_id": model_id, "door": door})
    return f"{reverse('admin:projects_modelchange_add')}?{query}"


def _priced(prices: Mapping[str, Decimal]) -> str:
    return ", ".join(f"{size} ${usd}" for size, usd in prices.items())


def _plain(value: object) -> object:
    return sorted(value) if isinstance(value, frozenset) else str(value)
