"""What a page says about a file: its technical facts, what a check found, and the tasks that can take it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from django import template
from django.urls import reverse

from projects import catalogue
from projects.actions import keeping, shelf
from projects.catalogue.base import Task
from projects.models import Asset, Step
from projects.templatetags.studio import address, clean_file, seconds, size_of

register = template.Library()

KNOWN_RATIOS = ("16:9", "9:16", "1:1", "4:5", "5:4", "3:2", "2:3", "4:3", "3:4", "21:9")
WATCHED = {"black": "Black frames", "frozen": "Frozen frames"}
"""What the quality report lists as stretches from one second to another."""
SOFT_PIXELS = 720
"""A shorter side below this looks soft in a 1080p clip."""
CODECS = {"h264": "H.264", "h265": "H.265"}
"""Those whose names are not just their letters in capitals."""
BEFORE_UNIT = re.compile(r"(?<=\d) (?=(?:s|min|h|K|px|kB|MB|GB|%)(?!\w))")
CHANGES = ("edit-clip", "edit-video")
"""What “Change one thing” does for a clip that was made here."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One measured thing: what it is, its value, and what stands beside it; `tone` is warn for a finding."""

    label: str
    value: str
    aside: str = ""
    tone: str = ""


@register.filter
def technical(asset: Asset) -> list[Fact]:
    """Return what was measured of a picture or clip."""
    facts = [Fact("Size", f"{asset.width} × {asset.height}", ratio(asset))] if asset.width else []  # noqa: RUF001
    if asset.kind == Asset.Kind.VIDEO:
        facts = [_length(asset), *facts, _sound(asset), *_findings(asset)]
    elif asset.kind == Asset.Kind.IMAGE:
        facts.append(
            Fact("Colour", asset.facts.get("profile") or "sRGB", f"{asset.facts.get('bits', 8)} bit")
        )
    return [*facts, Fact("File", size_of(asset.bytes), _coding(asset))]


def rate(asset: Asset) -> Fraction:
    """Return the exact frames a second of a clip, 0 where nothing moves."""
    return Fraction(str(asset.facts.get("rate") or 0))


@register.filter
def frames(asset: Asset) -> int:
    """Return how many frames a clip has."""
    return int(asset.facts.get("frames") or round(float(asset.seconds) * float(rate(asset))))


@register.filter
def exact_rate(asset: Asset) -> str:
    """Return the frames a second as `24000/1001`, for the player."""
    found = rate(asset)
    return f"{found.numerator}/{found.denominator}" if found else "25/1"


@register.filter
def ratio(asset: Asset) -> str:
    """Return the shape of a picture as people name it, such as 16:9."""
    shape = asset.width / max(asset.height, 1)
    for name in KNOWN_RATIOS:
        across, down = map(int, name.split(":"))
        if abs(shape * down / across - 1) < 0.01:
            return name
    return f"{shape:.2f}:1"


def _length(asset: Asset) -> Fact:
    return Fact(
        "Length", f"{asset.seconds:.2f} s", f"{frames(asset)} frames, {_decimals(rate(asset))} a second"
    )


def _sound(asset: Asset) -> Fact:
    if not asset.facts.get("has_audio"):
        return Fact("Sound", "No sound")
    if "lufs" not in asset.report:
        return Fact("Sound", "With sound")
    loudness = asset.report["lufs"]
    if loudness is None:
        return Fact("Sound", "Silent track")
    return Fact("Sound", f"{loudness:.1f} LUFS".replace("-", "−"), "social plays at −14")  # noqa: RUF001


def _findings(asset: Asset) -> list[Fact]:
    """Return what a person would send a clip back for, where it was looked at."""
    report = asset.report
    found = [_spans(label, report[key]) for key, label in WATCHED.items() if key in report]
    if report.get("flickers"):
        found.append(Fact("Flashes", f"{report['flashes']} in one second", "three are safe", "warn"))
    return found


def _spans(label: str, spans: list[list[float]]) -> Fact:
    if not spans:
        return Fact(label, "None", tone="good")
    start, end = spans[0]
    more = f", and {len(spans) - 1} more" if len(spans) > 1 else ""
    return Fact(label, f"{start:.2f} to {end:.2f} s{more}", tone="warn")


def _coding(asset: Asset) -> str:
    words = (
        asset.facts.get("codec") or asset.facts.get("format") or asset.extension,
        asset.facts.get("audio_codec"),
    )
    return ", ".join(CODECS.get(str(word).lower(), str(word).upper()) for word in words if word)


def _decimals(number: Fraction) -> str:
    return f"{float(number):.2f}".rstrip("0").rstrip(".")


@register.filter
def checks(asset: Asset) -> list[str]:
    """Return what a person should know of a picture or clip before it is used; empty when nothing was found."""
    found = [str(note) for note in asset.facts.get("notes", [])]
    if asset.kind == Asset.Kind.IMAGE and 0 < min(asset.width, asset.height) < SOFT_PIXELS:
        found.append(
            f"The shorter side has {min(asset.width, asset.height)} pixels. A full-size clip of it looks soft."
        )
    return found


@register.filter
def picture_url(asset: Asset | None, name: str) -> str:
    """Return the address of a derived picture, the next one there is, or nothing."""
    if asset is None or asset.purged_at:
        return ""
    for known in (name, "640", "320", "1280", "240", "poster"):
        if known in asset.pictures:
            return address(asset, str(asset.pictures[known]["file"]))
    return clean_file(asset) if asset.kind == Asset.Kind.IMAGE else ""


@register.filter
def fits(asset: Asset) -> str:
    """Return what stands beside a chosen file that has no finding."""
    if asset.kind == Asset.Kind.CAPTIONS:
        return "Subtitles, read and checked"
    length = f", {seconds(asset.seconds)}" if asset.kind == Asset.Kind.VIDEO else ""
    return f"{asset.width} × {asset.height}{length}, checked"  # noqa: RUF001


@register.filter
def clock(length: object) -> str:
    """Return a time as the player shows it: `0:06.00`."""
    whole = float(str(length))
    return f"{int(whole) // 60}:{whole % 60:05.2f}"


@register.filter
def last_frame(asset: Asset) -> int:
    """Return the number of a clip's last frame, counted from 0."""
    return max(0, frames(asset) - 1)


@register.filter
def called(asset: Asset) -> str:
    """Return what people call a file: a result by the name of its version, an upload by its own."""
    return asset.name.rpartition(".")[0] if asset.made_by_id else asset.name


@register.filter
def unbroken(name: str) -> str:
    """Return a name in which no line ends between a number and its unit."""
    return BEFORE_UNIT.sub("\N{NO-BREAK SPACE}", name)


@register.filter
def kept(step: Step) -> keeping.Kept | None:
    """Return what one version cost and until when its provider keeps it; a whole tree is asked in `versions`."""
    return keeping.of_steps([step]).get(step.pk)


@register.filter
def height_for(asset: Asset, width: int) -> int:
    """Return the height that goes with a width, so that a place for the picture can be kept."""
    return round(width * asset.height / asset.width) if asset.width else width


@register.filter
def page_url(asset: Asset) -> str:
    """Return the page of a file: an upload's own, a result's workspace."""
    return reverse("projects:step", args=[asset.made_by_id]) if asset.made_by_id else asset.get_absolute_url()


@dataclass(frozen=True, slots=True)
class Beside:
    """A file to take away: its address, what it is, its size or language."""

    url: str
    label: str
    size: str
    language: str = ""


@register.filter
def downloads(asset: Asset) -> list[Beside]:
    """Return the file and what lies beside it, such as subtitles."""
    main = Beside(
        reverse("projects:asset-download", args=[asset.pk]), asset.extension.upper(), size_of(asset.bytes)
    )
    return [main, *_beside(asset)]


@register.filter
def tracks(asset: Asset) -> list[Beside]:
    """Return the subtitle tracks that a browser can show over a clip."""
    return [file for file in _beside(asset) if file.url.endswith(".vtt")]


def _beside(asset: Asset) -> list[Beside]:
    named = asset.facts.get("beside") or {}
    return [
        Beside(address(asset, name), f"{name.rpartition('.')[2].upper()} subtitles", language, language)
        for name, language in named.items()
    ]


@dataclass(frozen=True, slots=True)
class Start:
    """A task that can take a file: where its form is, and what it costs at least."""

    task: Task
    href: str
    price: str


@register.filter
def starts(asset: Asset) -> list[Start]:
    """Return the tasks that can begin with this file; its page changes a clip of ours by itself."""
    changed = CHANGES if asset.made_by_id and asset.kind == Asset.Kind.VIDEO else ()
    reference = f"step:{asset.made_by_id}" if asset.made_by_id else f"asset:{asset.pk}"
    prices = shelf.prices(asset.project.team_id, asset.kind)
    return [
        Start(
            task,
            f"{reverse('projects:make', args=[asset.project_id, task.slug])}?from={reference}",
            prices.get(task.slug, ""),
        )
        for task in catalogue.all_tasks().values()
        if task.slug not in changed and any(asset.kind in slot.kinds for slot in task.slots)
    ]
