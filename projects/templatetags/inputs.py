"""How a form's inputs are drawn: the files that are chosen, and those of the project that could be."""

from __future__ import annotations

from dataclasses import dataclass

from django import template

from projects.catalogue.base import Slot
from projects.forms import TaskForm
from projects.models import Asset
from projects.templatetags.controls import first_bad

register = template.Library()

MOST_OFFERED = 24


@dataclass(frozen=True, slots=True)
class Input:
    """One slot of a task: what is in it, what else could be, and what is wrong with it."""

    slot: Slot
    chosen: tuple[Asset, ...]
    others: tuple[Asset, ...]
    error: str
    first_bad: bool

    @property
    def several(self) -> bool:
        """Return whether more than one file fits."""
        return self.slot.most > 1

    @property
    def takes_text(self) -> bool:
        """Return whether a file is small enough to be sent with the form itself: subtitles are."""
        return self.slot.kinds == ("captions",)


@register.filter
def inputs(form: TaskForm) -> list[Input]:
    """Return the slots of a form, in the order of the task."""
    return [_input(form, slot) for slot in form.task.slots]


def _input(form: TaskForm, slot: Slot) -> Input:
    chosen = chosen_in(form, slot)
    offered = form.assets.filter(kind__in=slot.kinds).exclude(made_by__deleted_at__isnull=False)
    others = offered.exclude(pk__in=[asset.pk for asset in chosen])[:MOST_OFFERED]
    error = "" if form.quiet else " ".join(map(str, form.errors.get(slot.role, [])))
    return Input(slot, tuple(chosen), tuple(others), error, bool(error) and first_bad(form) == slot.role)


def chosen_in(form: TaskForm, slot: Slot) -> list[Asset]:
    """Return the files that a form holds in a slot, in the order they were given."""
    wanted = [int(pk) for pk in form[slot.role].value() or [] if str(pk).isdigit()]
    found = form.assets.filter(kind__in=slot.kinds).select_related("project").in_bulk(wanted)
    return [found[pk] for pk in wanted if pk in found]


@register.filter
def start(form: TaskForm) -> Asset | None:
    """Return the picture or clip that stands on the stage: the first file of the first slot that has to be filled.

    Where none has to be, the first file of any slot.
    """
    slots = [slot for slot in form.task.slots if slot.least][:1] or form.task.slots
    chosen = (asset for slot in slots for asset in chosen_in(form, slot))
    return next((asset for asset in chosen if asset.kind in {Asset.Kind.IMAGE, Asset.Kind.VIDEO}), None)


@register.filter
def needed(form: TaskForm) -> Slot | None:
    """Return the first slot that has to be filled, or nothing for a task that begins with words."""
    return next((slot for slot in form.task.slots if slot.least), None)


@register.filter
def missing(form: TaskForm) -> list[str]:
    """Return what a form still lacks, as sentences; one about a control names it."""
    labels = {control.name: f"{control.label}: " for control in form.task.controls}
    found = [
        (labels.get(name, ""), str(sentence)) for name, errors in form.errors.items() for sentence in errors
    ]
    return list(dict.fromkeys(label + sentence for label, sentence in found))
