"""A form made from any task's slots and controls."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.http import QueryDict

from projects import policies
from projects.actions import Refused, choice
from projects.actions.steps import Ask, checked
from projects.catalogue.base import Given, Slot, Task
from projects.forms.controls import field_for
from projects.models import Asset, Order, Project
from projects.policies import Ability
from projects.runner import requests


class TaskForm(forms.Form):
    """One field per slot and control of a task, named like them, plus the engine and the request's key.

    A `quiet` form has not been sent yet: its price and its notes are shown, its errors are not.
    """

    quiet = False

    def __init__(
        self,
        task: Task,
        project: Project,
        user: User,
        data: QueryDict | None = None,
        start: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data, initial={"request_key": uuid.uuid4(), **(start or {})})
        self.task = task
        self.project = project
        self.assets = project.assets.live().order_by("-created_at")
        for slot in task.slots:
            self.fields[slot.role] = self._slot_field(slot)
        for control in task.controls:
            self.fields[control.name] = field_for(control)
        engines = [(engine.key, engine.label) for engine in choice.engines_for(task)]
        self.fields["engine"] = forms.ChoiceField(
            choices=[("", "The free one that can"), *engines], required=False
        )
        self.fields["request_key"] = forms.UUIDField(widget=forms.HiddenInput, required=False)
        self.can_make = Ability.MAKE in policies.abilities(user, project.team_id)

    def _slot_field(self, slot: Slot) -> forms.ModelMultipleChoiceField[Asset]:
        field = forms.ModelMultipleChoiceField(
            queryset=self.assets.filter(kind__in=slot.kinds),
            required=slot.least > 0,
            label=slot.title,
            help_text=slot.hint,
        )
        field.error_messages["required"] = f"Choose something for “{slot.title}”."
        field.error_messages["invalid_choice"] = (
            "This file is not in the project any more. Choose another one."
        )
        return field

    def clean(self) -> dict[str, Any]:
        """Check the whole request the way it will be checked when it is sent."""
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        try:
            self.plan, self.engine, self.verdict = checked(self.ask())
        except Refused as error:
            self.add_error(error.field if error.field in self.fields else None, error.sentence)
        return cleaned

    def ask(self, origin: str = Order.Origin.PAGE) -> Ask:
        """Return what the valid form asks for."""
        cleaned = self.cleaned_data
        return Ask(
            task=self.task,
            controls={control.name: cleaned[control.name] for control in self.task.controls},
            assets={
                slot.role: list(cleaned[slot.role]) for slot in self.task.slots if cleaned.get(slot.role)
            },
            engine=cleaned["engine"],
            request_key=cleaned["request_key"] or uuid.uuid4(),
            origin=origin,
        )

    @property
    def off(self) -> dict[tuple[str, str], str]:
        """Return each choice that no engine of today can do, with the reason."""
        chosen = {slot.role: self._chosen(slot) for slot in self.task.slots}
        chosen = {role: assets for role, assets in chosen.items() if assets}
        facts = {role: tuple(requests.facts_of(asset) for asset in assets) for role, assets in chosen.items()}
        return choice.off(self.task, Given(self._current(), facts), requests.inputs_of(chosen))

    def _chosen(self, slot: Slot) -> list[Asset]:
        if self.is_bound:
            return list(self.cleaned_data.get(slot.role, ())) if hasattr(self, "cleaned_data") else []
        given = self.initial.get(slot.role) or []
        return list(
            self.assets.filter(pk__in=[getattr(entry, "pk", entry) for entry in given]).select_related(
                "project"
            )
        )

    def _current(self) -> dict[str, Any]:
        """Return the controls as they stand: sent, given to start with, or their defaults."""
        cleaned = getattr(self, "cleaned_data", {})
        return {
            control.name: cleaned.get(control.name, self.initial.get(control.name, control.default))
            for control in self.task.controls
        }
