"""From a wish without a product to cut out to a board: a frame, an animatic, a board that comes alive, a bridge."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from projects.exports import image_pixels
from projects.media.arrays import Rgb, Size, resize, size_of
from projects.media.boards.animatic import Filmed, Panel, Style, shoot, typed
from projects.media.boards.bridge import Bridge
from projects.media.boards.frame import Idea, cropped, drawn
from projects.media.boards.palette import from_pictures, from_words
from projects.media.boards.reference import Moved, Printed, board
from projects.media.clips.footage import never
from projects.media.colour import Yuv
from projects.media.encode.writer import ClipWriter, write_still
from projects.media.images.stills import load
from projects.media.motion.canvas import Still, extended, kept
from projects.media.motion.shot import Shot
from projects.media.share import Share
from projects.media.work import Work, result_of
from projects.wish import pixels

RATE = Fraction(30)
LONGEST = 2880
"""Longer side, in pixels, at which a picture is read."""
CLOSER = 1.125
"""A still of a bridge is so much larger than the frame, for the camera to come near without losing sharpness.

An eighth keeps the shape to the pixel: the sides of frames are multiples of eight."""
KEPT = 0.8
"""A still is cut to a format when at least this share of it is left."""
MAIN = ("first_frame", "product", "subject", "last_frame")
"""Whose picture is filmed, by rank; a style, a drawing or a sketch only says how."""
BOARD_SHARE, BOARD_LEAST, BOARD_MOST = Fraction(35, 100), Fraction(1), Fraction(5, 2)


def drafted(work: Work) -> dict[str, Any]:
    """Return what a wish without a cut-out makes: a still when it has no length, else a clip."""
    if not work.wish.seconds:
        return _frame(work)
    size = pixels(work.wish.format, work.wish.size)
    pictures = [(entry["role"], load(Path(entry["path"]), longest=LONGEST)) for entry in _in_line(work)]
    panels = _panels(work, (size.width, size.height), pictures)
    target = work.folder / "result.mp4"
    count, share = round(Fraction(work.wish.seconds) * RATE), Share(work.folder)
    with ClipWriter(target, (size.width, size.height), RATE) as writer:
        writer.silence()
        start = panels[0].seconds if isinstance(panels[0], Printed) else Fraction(0)
        sink = work.words(writer, (_look(panel) for panel in panels), start)
        shoot(panels, RATE, sink, stop=never, tell=lambda written: share(written / count))
    return result_of(target, "video")


def _panels(work: Work, size: Size, pictures: Sequence[tuple[str, Rgb]]) -> Sequence[Filmed]:
    """Return what is filmed, by what there is: two frames, pictures with roles, or words alone."""
    roles = [role for role, _ in pictures]
    if roles == ["first_frame", "last_frame"]:
        return [_bridge(work, size, dict(pictures), Fraction(work.wish.seconds))]
    return _alive(work, size, pictures) if pictures else _typed(work, size, ())


def _in_line(work: Work) -> list[dict[str, Any]]:
    """Return the inputs in the order in which the wish numbers their roles."""
    roles = [role for _, role, _ in work.wish.roles]
    return sorted(
        work.inputs, key=lambda entry: roles.index(entry["role"]) if entry["role"] in roles else len(roles)
    )


def _typed(work: Work, size: Size, references: Sequence[Rgb], start: Fraction = Fraction(0)) -> list[Filmed]:
    """Return a panel of type for each shot, or one for all from `start` on."""
    wish = work.wish
    said = f"{wish.action} {_mood(work)}"
    palette = from_pictures(references) if references else from_words(said, work.seed)
    style = Style(palette, wish.camera.move, wish.camera.speed, work.seed, (work.fonts,))
    panels = [_panel(work, number) for number in range(len(wish.shots))] if not start else []
    panels = _gapless(panels, Fraction(wish.seconds)) or [_whole(work, start)]
    return list(typed(panels, style, size))


def _panel(work: Work, number: int) -> Panel:
    shot = work.wish.shots[number]
    label = f"{number + 1}   {shot.start:g} to {shot.end:g} s   {_move(work)}"
    return Panel(Fraction(shot.start), Fraction(shot.end), shot.action or work.wish.action, label)


def _whole(work: Work, start: Fraction) -> Panel:
    wish = work.wish
    label = f"One shot   {wish.seconds:g} s   {_move(work)}"
    return Panel(start, Fraction(wish.seconds), wish.action, label)


def _gapless(panels: list[Panel], seconds: Fraction) -> list[Panel]:
    """Return the panels so that each lasts until the next, the first from the start and the last to the end."""
    starts = [Fraction(0), *(panel.start for panel in panels[1:]), seconds]
    return [
        Panel(start, end, panel.text, panel.label)
        for panel, start, end in zip(panels, starts, starts[1:], strict=False)
    ]


def _alive(work: Work, size: Size, pictures: Sequence[tuple[str, Rgb]]) -> list[Filmed]:
    """Return the board of references, then the shot that they are for."""
    wish, all_pictures = work.wish, [rgb for _, rgb in pictures]
    seconds = Fraction(wish.seconds)
    first = min(max(BOARD_LEAST, seconds * BOARD_SHARE), BOARD_MOST)
    first = Fraction(round(first * RATE)) / RATE
    printed = Printed(board(pictures, size, from_pictures(all_pictures), (work.fonts,)), size, first)
    found = dict(reversed(pictures))
    main = next((found[role] for role in MAIN if role in found), None)
    if {"first_frame", "last_frame"} <= found.keys():
        return [printed, _bridge(work, size, found, seconds - first)]
    if main is None:
        return [printed, *_typed(work, size, all_pictures, first)]
    return [
        printed,
        Moved(main, size, Shot(wish.camera.move, wish.camera.speed, seconds - first, seed=work.seed)),
    ]


def _bridge(work: Work, size: Size, frames: dict[str, Rgb], seconds: Fraction) -> Bridge:
    wish = work.wish
    large = round(size[0] * CLOSER), round(size[1] * CLOSER)
    first, last = (_shaped(frames[role], large) for role in ("first_frame", "last_frame"))
    cut = Fraction(wish.shots[0].end) if wish.extra.get("how") == "match-cut" and wish.shots else None
    return Bridge(first, last, size, seconds, wish.camera.move, wish.camera.speed, cut)


def _shaped(rgb: Rgb, size: Size) -> Rgb:
    """Return a still in a format: cut where little is lost, else extended at its edges."""
    if kept(size_of(rgb), size) >= KEPT:
        return cropped(rgb, size)
    return resize(extended(Still(rgb), size).rgb, size)


def _frame(work: Work) -> dict[str, Any]:
    """Return a storyboard frame, in the pixels that a model would give."""
    wish = work.wish
    idea = Idea(wish.action, words=wish.words, mood=_mood(work))
    pictures = [load(Path(entry["path"]), longest=LONGEST) for entry in _in_line(work)]
    size = image_pixels(wish.format, wish.size)
    target = work.folder / "result.png"
    write_still(drawn(idea, (size.width, size.height), work.seed, (work.fonts,), pictures), target)
    return result_of(target, "image")


def _mood(work: Work) -> str:
    """Return the other words that decide colours and composition."""
    wish = work.wish
    return " ".join((wish.light.replace("-", " "), wish.style, wish.place, str(wish.extra.get("mood", ""))))


def _move(work: Work) -> str:
    return work.wish.camera.move.replace("-", " ").capitalize()


def _look(panel: Filmed) -> Yuv:
    """Return a panel's last frame with its type, to look at before words are set."""
    last = list(panel.frames(Fraction(1)))[-1]
    return panel.type.laid_on(last) if panel.type else last
