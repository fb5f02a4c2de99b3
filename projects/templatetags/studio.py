"""What templates draw: icons, stored pictures, and the words for sizes, times and states."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django import template
from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from projects import catalogue
from projects.catalogue.base import Task
from projects.failures import FAILURES, Code, Failure
from projects.models import Asset, Step
from projects.states import AttemptState, Status
from projects.templatetags.icons import drawings
from projects.wish import Ratio

register = template.Library()

SHAPES = {
    "s916": 9 / 16, "s23": 2 / 3, "s45": 4 / 5, "s11": 1.0, "s54": 5 / 4, "s32": 3 / 2, "s169": 16 / 9, "s219": 7 / 3,
}  # fmt: skip
WALL_HEIGHT = 178
USUAL_GROWTH = 1.1
WIDEST = 300
"""A wide tile takes the 320 picture on a plain screen and the 640 one on a dense screen: 60 tiles must stay light."""

UNANSWERED = frozenset({AttemptState.PRESUMED, AttemptState.WRITTEN_OFF})
NEVER_LEARNED = "We never learned whether this was made."
WAITING = {"pick": "Pick one", "producer": "Needs a yes", "budget": "Needs budget", "key": "Needs a key"}
WORDS = {
    Status.QUEUED: "In line",
    Status.RUNNING: "Running",
    Status.SUCCEEDED: "Ready",
    Status.FAILED: "Failed",
    Status.CANCELLED: "Cancelled",
    Status.UNCONFIRMED: "Unconfirmed",
}


@register.simple_tag
@cache
def icon(name: str, size: str = "") -> SafeString:
    """Return an icon by its name. It is decoration: the word beside it or the button's label says what it means."""
    shapes = SafeString(drawings()[name])
    return format_html(
        '<svg class="i {}" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{}</svg>', size, shapes
    )


@register.simple_tag
def accept() -> str:
    """Return what a file field offers to choose; the studio looks into each file whatever its name says."""
    return "image/*,video/*,audio/*,.heic,.heif,.avif,.mkv,.srt,.vtt"


@register.simple_tag
def address(asset: Asset, file: str) -> str:
    """Return the address of one of an asset's files."""
    return reverse("projects:asset-file", args=[asset.pk, file])


@register.filter
def clean_file(asset: Asset) -> str:
    """Return the address of the asset's own file, the clean one."""
    return reverse("projects:asset-file", args=[asset.pk, f"file.{asset.extension}"])


def _candidates(asset: Asset) -> list[dict[str, Any]]:
    """Return an asset's still pictures, the smallest first."""
    stills = [picture for name, picture in asset.pictures.items() if name.isdigit()]
    return sorted(stills, key=lambda picture: picture["width"])


@dataclass(frozen=True, slots=True)
class Still:
    """What an `<img>` needs: addresses with their widths, the pixels that keep its place, and the width it gets."""

    src: str
    srcset: str
    sizes: str
    width: int
    height: int


@register.filter
def still(asset: Asset | None, sizes: str = "") -> Still | None:
    """Return an asset's picture, or nothing when it has none. `sizes` is CSS; left empty: as on the wall."""
    found = _candidates(asset) if asset else []
    if asset is None or not found:
        return None
    small = [picture for picture in found if picture["width"] <= 640] or found[:1]
    base = min(small, key=lambda picture: abs(picture["width"] - 320))
    return Still(
        src=address(asset, base["file"]),
        srcset=", ".join(f"{address(asset, picture['file'])} {picture['width']}w" for picture in small),
        sizes=sizes or _wall_sizes(asset),
        width=base["width"],
        height=base["height"],
    )


def _wall_sizes(asset: Asset) -> str:
    width = round(SHAPES[shape(asset)] * WALL_HEIGHT * USUAL_GROWTH)
    return f"(max-width: 760px) 46vw, {min(width, WIDEST)}px"


@register.filter
def shape(asset: Asset | None) -> str:
    """Return the class of the nearest of the wall's shapes; a file without a picture is 3:2."""
    if asset is None or not (asset.width and asset.height):
        return "s32"
    return _nearest(asset.width / asset.height)


def _nearest(ratio: float) -> str:
    return min(SHAPES, key=lambda name: abs(math.log(SHAPES[name] / ratio)))


@register.filter
def room(step: Step) -> str:
    """Return the shape of a step's tile: until the result is there that of the result, so that nothing moves then."""
    asked = step.wish.get("format")
    if step.output or not asked:
        return shape(shown(step))
    ratio = Ratio.parse(asked)
    return _nearest(ratio.across / ratio.down)


@register.filter
def shown(step: Step) -> Asset | None:
    """Return the asset whose picture stands for a step: its result, or what it is made from."""
    return step.output or step.source


@register.filter
def word(step: Step) -> str:
    """Return a step's state in a word or two: a running one says its phase."""
    if step.cancel_at and step.status == Status.RUNNING:
        return "Cancelling"
    if step.status == Status.QUEUED and step.waits_for:
        return WAITING.get(step.waits_for, "Waiting")
    return step.phase.capitalize() if step.phase else WORDS[Status(step.status)]


@register.filter
def goes_on(step: Step) -> bool:
    """Return whether the plan has a stage after this step's."""
    return step.stage + 1 < len(step.order.plan)


@register.filter
def failure(step: Step) -> Failure | None:
    """Return what a failed step's code means for people."""
    return FAILURES[Code(step.code)] if step.code else None


def is_presumed(step: Step) -> bool:
    """Return whether its last call was never answered: it is booked at its estimate, or a person wrote it off."""
    if step.code not in {Code.TIMED_OUT, Code.PROVIDER_DOWN}:
        return False
    last = max(step.attempts.all(), key=lambda attempt: attempt.number, default=None)
    return last is not None and last.state in UNANSWERED


def title(step: Step) -> str:
    """Return the heading of a failure; nothing for a step without a code."""
    if is_presumed(step):
        return NEVER_LEARNED
    found = failure(step)
    return found.title if found else ""


@register.filter
def failure_title(step: Step) -> str:
    """Return the same without its full stop: it stands on a tile."""
    return title(step).removesuffix(".")


@register.filter
def under_way(step: Step) -> bool:
    """Return whether a step is queued or running."""
    return step.status in {Status.QUEUED, Status.RUNNING}


@register.filter
def task_of(step: Step) -> Task | None:
    """Return the task of a step, or nothing when its file is gone. A clip of ours in a new chain is no upload."""
    slug = "edit-clip" if step.task == "edit-video" and step.parent_id else step.task
    return catalogue.all_tasks().get(slug)


@dataclass(frozen=True, slots=True)
class Pulse:
    """How far a running step is: a measured share of its phase, or else seconds against the usual ones.

    `rate` is what the bar gains in a second, so that the page can go on between two signs of life.
    """

    value: float
    rate: float
    elapsed: int
    label: str


@register.filter
def pulse(step: Step) -> Pulse:
    """Return a running step's progress. The bar never passes 95 % before the end."""
    elapsed = (timezone.now() - step.started_at).total_seconds() if step.started_at else 0.0
    usual = step.seconds_usual
    label = f"{elapsed:.0f} of ~{usual:.0f} s" if elapsed <= usual else f"{elapsed:.0f} s so far"
    if step.share is not None:
        return Pulse(min(step.share, 0.95), 0.0, int(elapsed), label)
    share = elapsed / usual if usual else 0.0
    return Pulse(min(share, 0.95), 1 / usual if usual else 0.0, int(elapsed), label)


@register.filter
def ago(moment: datetime) -> str:
    """Return how long ago this was when it is under a day, else the date: `20 Nov 14:02`."""
    passed = timezone.now() - moment
    if passed < timedelta(minutes=1):
        return "now"
    if passed < timedelta(hours=1):
        return f"{passed.seconds // 60} min ago"
    if passed < timedelta(days=1):
        return f"{passed.seconds // 3600} h ago"
    return f"{timezone.localtime(moment):%-d %b %H:%M}"


@register.filter
def seconds(value: object) -> str:
    """Return a length in seconds, as people say it: `6 s`, `2.5 s`, `1:05`."""
    length = float(str(value))
    if length >= 60:
        return f"{int(length) // 60}:{int(length) % 60:02}"
    return f"{round(length, 1):g} s"


@register.filter
def size_of(count: int) -> str:
    """Return a number of bytes, as people say it: `4.1 MB`."""
    for unit, scale in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= scale:
            return f"{count / scale:.3g} {unit}"
    return f"{count} bytes"


@register.filter
def demo(task: Task) -> str:
    """Return the address of a task's demonstration picture, or nothing: a new task needs none."""
    return _demo(task.slug)


@cache
def _demo(slug: str) -> str:
    path = f"img/tasks/{slug}.webp"
    return static(path) if finders.find(path) else ""


@register.filter
def initials(name: str) -> str:
    """Return up to two capital letters for a person."""
    words = name.replace(".", " ").replace("_", " ").split()
    return "".join(part[0] for part in (words[:1] + words[1:][-1:])).upper()


@register.filter
def same(value: object, other: object) -> str:
    """Return `true` or `false` for an attribute such as aria-pressed."""
    return "true" if value == other else "false"
