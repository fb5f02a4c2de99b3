"""Drafts: a wish made of real media operations, in a child process.

One function for each field of the wish and none for a task: `subject` cuts the product out, `place` gives it another
plate, `light` lights it anew, `camera` films the still, `Work.words` sets what is to be read. What has no product
to cut out, a text or pictures with roles, goes to `boards.recipes`. The same inputs, wish and
seed give the same frames. Where the product's edge is not sure the whole photo is used, and the notes say so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

from projects.media.arrays import Alpha, Box, Rgb, Size, size_of
from projects.media.background.card import card
from projects.media.background.clean_plate import clean_plate
from projects.media.background.compositing import place as placed
from projects.media.background.plates import Plate, colour_of, gradient, solid, supplied, sweep
from projects.media.background.replacement import carded, steady, swapped
from projects.media.boards import recipes
from projects.media.clips.footage import Footage, never
from projects.media.clips.frames import read
from projects.media.clips.upright import even
from projects.media.colour import Yuv, rgb_from_yuv
from projects.media.cutout.segmentation import cut_out
from projects.media.edits import recipes as edits
from projects.media.edits.recipes import LARGEST, SMALLER
from projects.media.encode.writer import ClipWriter, write_still
from projects.media.images.stills import load
from projects.media.light.clip import relit
from projects.media.light.lighting import relight
from projects.media.motion.canvas import Parts, Still
from projects.media.motion.shot import Shot, film
from projects.media.probe.file import probe
from projects.media.share import Share
from projects.media.work import OWN_WORDS, Work, result_of
from projects.wish import Wish, pixels

LONGEST = 2880
"""Longer side, in pixels, of a still that is filmed: enough for 1080p at the nearest point of any move."""
RATE = Fraction(30)
PAPER = "#f3f2ef"
"""The paper of a white sweep: a little below white, so that light can fall on it."""
UNSURE = "Until then the whole photo is used."
SEVERAL = "A draft moves the first photo. The others are references for a Gemini engine."
MOVES = (
    "The product or the camera moves, so the clip stands before it as a card. A Gemini engine can follow it."
)
LOOKS_EACH_SECOND = Fraction(4)
LOOKING = 0.2
"""The share of the work that looking for movement takes."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A still under work: its pixels, the product's alpha where its edge is used, and what to tell people."""

    rgb: Rgb
    alpha: Alpha | None = None
    notes: tuple[str, ...] = ()


def render(request: dict[str, Any], folder: str) -> dict[str, Any]:
    """Return what the wish makes of its inputs: `files` (path, kind, role) in the folder, and `notes`.

    request: wish, seed, fonts and inputs (role, kind, path), as `engines/child.py` writes them. Raises Refused,
    Corrupt.
    """
    wish = Wish.from_json(request["wish"])
    work = Work(wish, request["inputs"], Path(folder), Path(request["fonts"]), request["seed"])
    done = first(work)
    for number, change in enumerate(wish.folded, start=2):
        done = edits.further(work, done, change, f"result-{number}")
    return done


def first(work: Work) -> dict[str, Any]:
    """Return what the wish itself makes, without the changes that were folded into it."""
    if work.asks_for == OWN_WORDS:
        return edits.edited(work)
    if not work.asks_for and "cutout" not in work.wish.extra:
        return recipes.drafted(work)
    path = Path(work.source["path"])
    if work.source["kind"] == "video":
        return edits.longer(work) if work.asks_for == "extend" else clip(work)
    if not work.asks_for:
        return camera(work, subject(work, load(path, longest=LONGEST)))
    scene = subject(work, load(path, longest=LARGEST))
    if max(work.source["facts"]["width"], work.source["facts"]["height"]) > LARGEST:
        scene = replace(scene, notes=(*scene.notes, SMALLER))
    changed = light(work, place(work, scene))
    target = work.folder / "result.png"
    write_still(changed.rgb, target)
    return result_of(target, "image", changed.notes)


def subject(work: Work, rgb: Rgb) -> Scene:
    """Return the still with its product cut out, as the person said and as far as the edge is sure."""
    said = work.wish.extra
    if said["cutout"] == "whole":
        return Scene(rgb)
    keep = [stroke for stroke in said["strokes"] if stroke["keep"]]
    drop = [stroke for stroke in said["strokes"] if not stroke["keep"]]
    cut = cut_out(rgb, _boxed(work), keep or None, drop or None)
    if cut.sure or said["cutout"] == "accept":
        return Scene(rgb, cut.alpha)
    return Scene(rgb, notes=(f"{cut.why} {UNSURE}",))


def place(work: Work, scene: Scene) -> Scene:
    """Return the product on the wished plate, where it stood; without a sure edge, the photo as a card on it."""
    if work.asks_for != "background":
        return scene
    ground = _plate(work, size_of(scene.rgb))
    if scene.alpha is None:
        return replace(scene, rgb=card(scene.rgb, ground))
    new = placed(scene.rgb, scene.alpha, ground, shadow=work.wish.extra["shadow"])
    return replace(scene, rgb=new.rgb, alpha=new.alpha)


def light(work: Work, scene: Scene) -> Scene:
    """Return the still in the wished light."""
    if work.asks_for != "light":
        return scene
    said = work.wish.extra
    return replace(
        scene, rgb=relight(scene.rgb, scene.alpha, work.wish.light, said["from"], said["strength"])
    )


def camera(work: Work, scene: Scene) -> dict[str, Any]:
    """Film the still as the wish's camera moves, then set its words."""
    wish = work.wish
    size = pixels(wish.format, wish.size)
    shot = Shot(wish.camera.move, wish.camera.speed, Fraction(wish.seconds), seed=work.seed)
    parts = Parts(scene.alpha, clean_plate(scene.rgb, scene.alpha)) if scene.alpha is not None else None
    target = work.folder / "result.mp4"
    still = Still(scene.rgb, parts, _boxed(work))
    with ClipWriter(target, (size.width, size.height), RATE) as writer:
        writer.silence()
        film(still, shot, writer, stop=never, tell=Share(work.folder), through=partial(work.words, writer))
    several = (SEVERAL,) if len(work.given("product")) > 1 else ()
    return result_of(target, "video", (*scene.notes, *several))


def _boxed(work: Work) -> Box | None:
    """Return the box that a person drew: it frames the product even where its edge is not used."""
    return tuple(work.wish.extra["box"]) if work.wish.extra["box"] else None


def clip(work: Work) -> dict[str, Any]:
    """Change the background or the light of a clip, frame by frame; its sound stays."""
    path = Path(work.source["path"])
    facts = probe(path)
    size = even((facts.width, facts.height))
    footage = Footage(path, facts, tell=Share(work.folder))
    target = work.folder / "result.mp4"
    changed = {"light": _lit, "background": _replaced}[work.asks_for](work, footage, size)
    with ClipWriter(target, size, facts.rate, "master") as writer:
        writer.audio_from(path, seconds=facts.seconds)
        for frame in changed.frames:
            writer.write(frame)
    return result_of(target, "video", changed.notes)


@dataclass(frozen=True, slots=True)
class Changed:
    """The frames of a changed clip, made as they are asked for, and what to tell people."""

    frames: Iterator[Yuv]
    notes: tuple[str, ...] = ()


def _lit(work: Work, footage: Footage, size: Size) -> Changed:
    said = work.wish.extra
    frames = (frame for _, frame in footage.frames(size))
    return Changed(relit(frames, size, work.wish.light, said["from"], said["strength"]))


def _replaced(work: Work, footage: Footage, size: Size) -> Changed:
    """Return the product on the new plate while it stands still; else the whole clip as a card on it."""
    ground = _plate(work, size, moving=True)
    rgb = rgb_from_yuv(next(read(footage.path, size=size)))
    scene = subject(work, rgb)
    frames = (frame for _, frame in footage.frames(size, LOOKING))
    if scene.alpha is None:
        return Changed(carded(frames, size, ground), scene.notes)
    if not steady(read(footage.path, size=size, rate=LOOKS_EACH_SECOND), scene.alpha):
        return Changed(carded(frames, size, ground), (*scene.notes, MOVES))
    return Changed(swapped(frames, rgb, scene.alpha, ground, work.wish.extra["shadow"]), scene.notes)


def _plate(work: Work, size: Size, *, moving: bool = False) -> Plate:
    """Return the wished plate in this size; `moving` adds the still grain that keeps a clip free of bands."""
    said = work.wish.extra
    one, other = colour_of(said["colour"]), colour_of(said["colour_2"])
    plates = {
        "white-sweep": lambda: sweep(colour_of(PAPER), size, film=moving),
        "colour": lambda: solid(one, size, film=moving),
        "gradient": lambda: gradient(one, other, size, film=moving),
        "plate": lambda: supplied(load(Path(work.given("plate")[0]["path"])), size, film=moving),
    }
    return plates[said["place"]]()
