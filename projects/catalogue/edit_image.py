"""Edit image: talk to the picture, one change at a time; every turn is a version of its own."""

from __future__ import annotations

from projects.catalogue import common, edit_clip
from projects.catalogue.base import Given, Plan, Slot, Task, options
from projects.wish import Wish

KINDS = (*edit_clip.KINDS[:-1], *options("Pose", "Scale"), edit_clip.KINDS[-1])
STAYS = ("style", "light", "composition")
TOUCHES = {"camera": "composition", "scale": "composition", "weather": "light"}
"""What else a kind of change cannot leave as it is."""


def build(given: Given) -> Plan:
    """Return the picture with its change, in one turn or several, in its own format and size."""
    change = edit_clip.change_of(given.controls)
    references = len(given.inputs.get("reference", ()))
    wish = Wish(
        locks=tuple(word for word in STAYS if word not in (change.kind, TOUCHES.get(change.kind))),
        change=change,
        roles=(("image", "source", ""), *[("reference", "reference", "")] * references),
        extra={"instructions": given.controls["instructions"], "thinking": given.controls["thinking"]},
    )
    return edit_clip.turns(given, wish, "image", "image.edit", "image.edit")


TASK = Task(
    slug="edit-image",
    title="Edit image",
    promise="Talk to the picture.",
    rank=60,
    icon="pencil-line",
    slots=(
        Slot("image", "Picture"),
        Slot("reference", "References", least=0, most=13, hint="Pictures that the change points to."),
    ),
    controls=(
        edit_clip.kind(KINDS),
        edit_clip.CHANGE,
        edit_clip.BOX,
        edit_clip.TURNS,
        common.THINKING,
        *common.COMMON,
    ),
    needs=frozenset({"image.edit"}),
    build=build,
    title_of=edit_clip.title_of,
)
