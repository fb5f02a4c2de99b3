"""What `manage.py doctor` says about keys and models: their form, and with `--models` what the providers list."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import DatabaseError

from projects.engines import probe
from projects.engines.models import Model
from projects.models import Door, ModelChange, door, model

OURS = ("omni", "veo", "image", "banana")
"""What the id of a model that makes pictures or clips holds; the lists name those for words too."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a comparison found: faults, and notes that need nobody to act at once."""

    faults: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def keys() -> list[str]:
    """Return what is wrong with the form of the studio's own keys, and which teams' keys cannot be opened."""
    own = {
        "GEMINI_API_KEY": (Door.Kind.DEVELOPER, settings.GEMINI_API_KEY),
        "OPENROUTER_API_KEY": (Door.Kind.OPENROUTER, settings.OPENROUTER_API_KEY),
    }
    faults = [
        f"{name}: {fault}" for name, (kind, key) in own.items() if key and (fault := door.fault_of(kind, key))
    ]
    if settings.GOOGLE_GENAI_USE_VERTEXAI and not settings.GOOGLE_CLOUD_PROJECT:
        faults.append("GOOGLE_GENAI_USE_VERTEXAI is set without GOOGLE_CLOUD_PROJECT. Name the project.")
    try:
        return faults + [_lost(row) for row in _team_keys() if not row.is_open]
    except DatabaseError:
        return faults


def _team_keys() -> Iterable[Door]:
    return Door.objects.kept().exclude(team=None).select_related("team").order_by("pk")


def _lost(row: Door) -> str:
    return (
        f"{row} of {row.team} cannot be opened. Set the word of FIELD_ENCRYPTION_KEYS that it was saved with."
    )


def changes() -> list[str]:
    """Return the operator's changes of models that do not fit any more."""
    faults = []
    try:
        for change in ModelChange.objects.order_by("pk"):
            try:
                change.clean()
            except ValidationError as error:
                faults.append(
                    f"The change of {change} is left out. {' '.join(error.messages)} Edit it in /admin/."
                )
    except DatabaseError:
        return []
    return faults


def listed() -> Said:
    """Compare the table of models with what the provider lists through each of the studio's own doors."""
    rows = list(Door.objects.of_studio())
    if not rows:
        return Said(("The studio has no key of its own to ask with. Set GEMINI_API_KEY.",))
    faults: list[str] = []
    notes: list[str] = []
    for row in rows:
        try:
            said = compared(model.merged(), row.kind, probe.listed_models(row.plain()))
        except probe.Unlisted as error:
            said = Said((error.sentence,))
        faults += [f"{row}: {sentence}" for sentence in said.faults]
        notes += [f"{row}: {sentence}" for sentence in said.notes]
    return Said(tuple(faults), tuple(notes))


def compared(table: Iterable[Model], kind: str, ids: Iterable[str]) -> Said:
    """Return how the table differs from a provider's list: what is missing there, lives on, or is new."""
    known, there = {row.id: row for row in table if row.door == kind}, set(ids)
    missing = [id_ for id_, row in known.items() if row.is_offered and id_ not in there]
    lives = [id_ for id_, row in known.items() if not row.is_offered and id_ in there]
    new = sorted(id_ for id_ in there - known.keys() if any(word in id_ for word in OURS))
    return Said(
        tuple(f"{id_} is offered here and not listed there. Retire it in /admin/." for id_ in missing),
        (
            *(f"{id_} counts as retired here and is still listed." for id_ in lives),
            *(f"{id_} is listed and not in the table. Add it in /admin/ if it is wanted." for id_ in new),
        ),
    )
