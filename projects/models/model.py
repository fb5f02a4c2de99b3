"""What an operator changed about a provider's model, and the table that results."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Now

from projects.engines import models as shipped
from projects.engines.models import Model
from projects.models.asked import Asked
from projects.models.door import Door
from projects.models.project import Project
from projects.models.step import Step

USED_FOR = timedelta(days=90)
"""So long a project counts as using a model. No provider continues a conversation that is older."""


class ModelChange(models.Model):
    """An operator's values for one model behind one door, over those that the studio ships."""

    model_id = models.CharField("model", max_length=80, help_text="The provider's own id of the model.")
    door = models.CharField(max_length=10)
    values = models.JSONField(default=dict)
    reason = models.CharField(max_length=300, blank=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["model_id", "door"], name="model_change_once")]

    def __str__(self) -> str:
        return f"{self.model_id} ({self.door})"

    def clean(self) -> None:
        """Refuse what no model has, a door that is none, and a successor that nobody knows."""
        if self.door not in Door.Kind.values:
            raise ValidationError({"door": f"A door is one of {', '.join(Door.Kind.values)}."})
        if not isinstance(self.values, dict):
            raise ValidationError({"values": 'Write an object, such as {"status": "retired"}.'})
        try:
            model = shipped.parse(shipped.row(self.model_id, self.door, self.values))
        except ValueError as error:
            raise ValidationError({"values": str(error)}) from error
        others = [other for other in merged() if other.id != self.model_id]
        if model.successor and shipped.find(others, model.successor, self.door) is None:
            sentence = f"There is no other model “{model.successor}” behind this door to be the “successor”."
            raise ValidationError({"values": sentence})


def shipped_values(model_id: str, door: str) -> dict[str, Any]:
    """Return the values that the studio ships for a model; for a new one, an empty value for each name."""
    known = shipped.find(shipped.shipped(), model_id, door)
    model = known or Model(id=model_id, family="", door=door, engine="", label="", status="preview")
    return {name: value for name, value in asdict(model).items() if name not in {"id", "door"}}


def merged() -> tuple[Model, ...]:
    """Return the table of today: what the studio ships, with the operator's changes over it and additions below.

    A change that does not fit any more, after an upgrade, is left out; `manage.py doctor` names it.
    """
    changed = {(change.model_id, change.door): change.values for change in ModelChange.objects.order_by("pk")}
    table = {(model.id, model.door): model for model in shipped.shipped()}
    for key, values in changed.items():
        with suppress(ValueError):
            table[key] = shipped.parse(shipped.row(*key, values))
    return shipped.on(table.values(), datetime.now(UTC).date())


def notes_for(project: Project) -> list[str]:
    """Return what to say of the models that a project uses and that are retired, or will be within 30 days."""
    used = set(_used(project.pk))
    if not used:
        return []
    return [note for key, note in shipped.notes(merged(), datetime.now(UTC).date()).items() if key in used]


@Asked
def _used(project: int) -> models.QuerySet[Step, Any]:
    """Return the models, each with its door, that a project's steps have asked for lately."""
    lately = Step.objects.live().filter(door__isnull=False, created_at__gt=Now() - USED_FOR)
    return lately.filter(project_id=project).order_by().values_list("model", "door__kind").distinct()
