"""Edit uploaded video: one change to a clip that is sent along, the rest stays. A clip of ours starts a new chain."""

from __future__ import annotations

from projects.catalogue import base, common, edit_clip
from projects.catalogue.base import Control, Given, Plan, Slot, Task, options
from projects.wish import Wish

AUDIO = Control(
    name="audio",
    label="Sound",
    default="keep",
    options=options("Keep", "New"),
    hint="New: the model makes it.",
)


def build(given: Given) -> Plan:
    """Return the clip with its change, in one turn or several. Uploading and waiting are phases of the first."""
    controls = given.controls
    change = edit_clip.change_of(controls)
    wish = Wish(
        change=change,
        size=base.own_size(given, "video"),
        roles=(("video", "source", ""),),
        extra={"audio": controls["audio"], "instructions": controls["instructions"]},
    )
    return edit_clip.turns(given, wish, "video", "video.edit_upload", "video.edit")


TASK = Task(
    slug="edit-video",
    title="Edit uploaded video",
    promise="Bring your own footage.",
    rank=64,
    icon="film",
    slots=(
        Slot(
            "video",
            "Clip",
            kinds=("video",),
            hint="An upload, or one of ours to start a new chain.",
        ),
    ),
    controls=(edit_clip.kind(), edit_clip.CHANGE, edit_clip.BOX, edit_clip.TURNS, AUDIO, *common.COMMON),
    needs=frozenset({"video.edit_upload"}),
    build=build,
    title_of=edit_clip.title_of,
)
