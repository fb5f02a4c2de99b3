"""A form made from any task's slots and controls."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from decimal import Decimal
from functools import cached_property
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.http import QueryDict

from projects import policies
from projects.actions import Refused, budgets, choice, market
from projects.actions.orders import Ask, Checked, Way, checked, ways
from projects.catalogue.base import Given, Slot, Task
from projects.engines.models import Model
from projects.forms.controls import field_for
from projects.models import Asset, Budget, Order, Project
from projects.policies import Ability
from projects.runner import requests


class TaskForm(forms.Form):
    """One field per slot and control of a task, named like them, plus the engine and the request's key.

    A `quiet` form has not been sent yet: its price and its notes are shown, its errors are not.
    """

    quiet = False
    was_refused = False
    """Whether it was sent, and the budget did not cover it."""
    found: Checked | None = None
    ways: tuple[Way, ...] | list[Way] = ()

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
        self.fields["model_id"] = forms.CharField(required=False, max_length=80)
        self.fields["prompt"] = forms.CharField(required=False, max_length=8000, widget=forms.Textarea)
        self.fields["prompt_is_own"] = forms.BooleanField(required=False)
        self.fields["quote"] = forms.DecimalField(required=False, widget=forms.HiddenInput)
        self.fields["request_key"] = forms.UUIDField(widget=forms.HiddenInput, required=False)
        self.user = user
        able = policies.abilities(user, project.team_id)
        self.can_make = Ability.MAKE in able
        self.can_see_money = Ability.MONEY in able
        self.can_budget = Ability.BUDGET in able

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
            ask = self.ask()
            self.found, self.ways = checked(ask), ways(ask)
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
            model=cleaned["model_id"],
            prompt=cleaned["prompt"] if cleaned["prompt_is_own"] else "",
            quote=self._quote(cleaned),
            shown=self.data.get(f"model-{cleaned['engine']}", ""),
            market=self.market,
            request_key=cleaned["request_key"] or uuid.uuid4(),
            origin=origin,
        )

    def _quote(self, cleaned: dict[str, Any]) -> Decimal | None:
        """Return the price that the pressed button named: a page carries one for each engine."""
        named = self.data.get(f"quote-{cleaned['engine']}")
        found: Decimal | None = self.fields["quote"].clean(named) if named else cleaned["quote"]
        return found

    @property
    def off(self) -> dict[tuple[str, str], str]:
        """Return each choice that no engine of today can do, with the reason."""
        chosen = {slot.role: self._chosen(slot) for slot in self.task.slots}
        chosen = {role: assets for role, assets in chosen.items() if assets}
        facts = {role: tuple(requests.facts_of(asset) for asset in assets) for role, assets in chosen.items()}
        given = Given(self._current(), facts)
        return choice.off(self.task, given, requests.inputs_of(chosen), self.market, self.engine_key)

    @property
    def sells(self) -> bool:
        """Return whether a paid engine is among the ways, so that words are sent to a provider."""
        return any(way.engine.paid for way in self.ways)

    @property
    def notes(self) -> list[str]:
        """Return what the paid ways have to say beside their prices: which model takes another one's place."""
        said = (note for found in self.priced for offer in found.offers for note in offer.verdict.notes)
        return list(dict.fromkeys(said))

    @property
    def priced(self) -> list[Checked]:
        """Return what each paid way comes to; of several, the page names the engine beside the price."""
        return [way.found for way in self.ways if way.found and way.engine.paid]

    @property
    def free_notes(self) -> tuple[str, ...]:
        """Return what is worth knowing of what is made for free."""
        offer = self.found.offer if self.found else None
        return offer.verdict.notes if offer and not offer.engine.paid else ()

    @property
    def drafts(self) -> bool:
        """Return whether it can be made for free."""
        return any(way.found and not way.engine.paid for way in self.ways)

    @property
    def is_short(self) -> bool:
        """Return whether a paid way costs more at once than the scarcest budget has left."""
        return any(way.found and not self.covers(way.found) for way in self.ways)

    def covers(self, found: Checked) -> bool:
        """Return whether the scarcest budget has enough left for what a request holds at once."""
        return not found.now or self.budget is None or found.now <= self.budget.left

    @property
    def seller(self) -> str:
        """Return the paid engine that comes first, so that its button stands before the form is complete.

        Nothing without a door, and nothing for finishing: that is free unless it is asked for otherwise.
        """
        open_ = set() if "local" in self.task.needs else {model.engine for model in self.models}
        return next((engine.key for engine in choice.engines_for(self.task) if engine.key in open_), "")

    @property
    def unplaced(self) -> list[str]:
        """Return the errors that stand at no field of the page."""
        placed = {field.role for field in self.task.slots} | {control.name for control in self.task.controls}
        return [str(error) for name, found in self.errors.items() if name not in placed for error in found]

    @property
    def key(self) -> uuid.UUID:
        """Return the request's key as it was sent, or a new one where none was."""
        found: uuid.UUID = self.cleaned_data.get("request_key") or self.initial["request_key"]
        return found

    @property
    def engine_key(self) -> str:
        """Return the engine that was chosen, or nothing."""
        return str(getattr(self, "cleaned_data", {}).get("engine") or self.initial.get("engine") or "")

    @cached_property
    def market(self) -> market.Market:
        """Return what can be had for the chosen files today."""
        assets = [asset for slot in self.task.slots for asset in self._chosen(slot)]
        return market.of(self.user, self.project, assets)

    @cached_property
    def budget(self) -> Budget | None:
        """Return the budget with the least left of those that paid work here is held on; none without the right."""
        if not self.can_see_money:
            return None
        return min(budgets.limits_of(self.user, self.project), key=lambda budget: budget.left)

    @property
    def models(self) -> list[Model]:
        """Return the models that can be asked for by name, behind the doors that are open."""
        kinds = {door.kind for door in self.market.doors}
        keys = {engine.key for engine in choice.engines_for(self.task)}
        found = {
            one.id: one
            for one in self.market.models
            if one.is_offered and one.door in kinds and one.engine in keys and self.task.needs & one.abilities
        }
        return list(found.values())

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
