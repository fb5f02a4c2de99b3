"""A storyboard frame: a card of paper with the picture, what it shows in words, and its colours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from projects.media.arrays import Rgb, Size, size_of
from projects.media.boards.lettering import Area, Sheet, Type, fitted, part_of, readable
from projects.media.boards.palette import Palette, from_pictures, from_words
from projects.media.boards.scenery import chosen, painted
from projects.media.reframe.saliency import saliency, small
from projects.media.reframe.window import cut, place
from projects.media.typography.fonts import Fonts, language_of
from projects.media.typography.shaping import reads_right_to_left

PAPER, INK, SOFT = (250, 249, 247), (26, 26, 28), (112, 111, 108)
WHITE = (255, 255, 255)
WIDE = 1.45
"""From this shape on the words stand beside the picture, else below it."""
MOST_PICTURES = 6


@dataclass(frozen=True, slots=True)
class Idea:
    """What a frame is to say. label: a word or two above the text. words: to be read in the picture itself."""

    text: str
    label: str = ""
    words: tuple[str, ...] = ()
    mood: str = ""
    """Words that decide colours and composition beside the text, such as the light."""

    @property
    def all(self) -> str:
        """All words that describe it."""
        return f"{self.text} {self.mood}"


@dataclass(frozen=True, slots=True)
class Plan:
    """Where things lie on a card, in pixels. unit: what type is measured by."""

    picture: Area
    text: Area
    unit: float
    margin: float


def drawn(idea: Idea, size: Size, seed: int, folders: tuple[Path, ...], pictures: Sequence[Rgb] = ()) -> Rgb:
    """Return the frame in a size. The same idea, size, pictures and seed give the same pixels.

    pictures: references; their colours rule, and they stand in the frame. Raises Refused for a sign no font draws.
    """
    palette = from_pictures(pictures) if pictures else from_words(idea.all, seed)
    composition = chosen(idea.all, seed)
    plan = planned(size)
    inner = _pixels(plan.picture)
    picture = _collage(pictures, inner, seed) if pictures else painted(inner, composition, palette, seed)
    card = np.full((size[1], size[0], 3), PAPER, np.uint8)
    left, top = round(plan.picture[0]), round(plan.picture[1])
    card[top : top + inner[1], left : left + inner[0]] = (
        picture if pictures else _titled(picture, idea, folders)
    )
    sheet = Sheet(size)
    label = idea.label or ("References" if pictures else composition.name)
    quoted = " ".join(f"“{line}”" for line in idea.words) if pictures else ""
    _caption(sheet, plan, (label, f"{quoted} {idea.text}".strip()), palette, folders)
    return sheet.laid_on(card)


def planned(size: Size) -> Plan:
    """Return the layout for a size: picture and words below each other, or side by side in a wide one."""
    width, height = size
    short, shape = min(size), width / height
    unit = min(short, 0.62 * (width * height) ** 0.5)
    margin = 0.055 * short
    if shape > WIDE:
        across = (width - 3 * margin) * (0.66 if shape < 3 else 0.72)
        left = across + 2 * margin
        return Plan(
            (margin, margin, across, height - 2 * margin),
            (left, margin, width - left - margin, height - 2 * margin), unit, margin,
        )  # fmt: skip
    down = (height - 3 * margin) * (0.70 if shape > 0.4 else 0.62)
    top = down + 2 * margin
    return Plan(
        (margin, margin, width - 2 * margin, down),
        (margin, top, width - 2 * margin, height - top - margin),
        unit,
        margin,
    )


def _caption(
    sheet: Sheet, plan: Plan, said: tuple[str, str], palette: Palette, folders: tuple[Path, ...]
) -> None:
    """Lay label, text and swatches: the text from the top, the swatches at the foot."""
    left, top, width, height = plan.text
    small = max(11.0, 0.030 * plan.unit)
    chip = 1.15 * small
    medium = Fonts(500, folders, language_of(said[1]))
    label = fitted(said[0], Type(medium, (small, small), letters=60), (width, small))
    sheet.words(label, medium, (left, top, width, small), SOFT)
    bold = Fonts(600, folders, language_of(said[1]))
    start, foot = top + 1.9 * small, top + height - chip
    room = (width, max(small, foot - start - 0.8 * small))
    largest = max(0.062 * plan.unit, 0.13 * min(room))
    text = fitted(said[1], Type(bold, (largest, 0.034 * plan.unit), letters=44), room)
    sheet.words(text, bold, (left, start, *room), INK)
    for number, colour in enumerate(palette.tones):
        sheet.bar((left + number * 1.5 * chip, foot, chip, chip), colour, radius=chip / 2)


def _titled(picture: Rgb, idea: Idea, folders: tuple[Path, ...]) -> Rgb:
    """Return the picture with the words that should be read in it, at its upper left, as large as they fit."""
    if not idea.words:
        return picture
    width, height = size_of(picture)
    short = min(width, height)
    fonts = Fonts(600, folders, language_of(" ".join(idea.words)))
    margin, across = 0.07 * short, width * (0.5 if width > 1.4 * height else 0.8)
    left = width - margin - across if reads_right_to_left(idea.words[0]) else margin
    area = (left, margin, across, 0.34 * height)
    fit = fitted(
        "\n".join(idea.words), Type(fonts, (0.13 * short, 0.05 * short), letters=18), (area[2], area[3])
    )
    sheet = Sheet((width, height))
    sheet.words(fit, fonts, area, readable([part_of(picture, area)], INK, WHITE))
    return sheet.laid_on(picture)


def _collage(pictures: Sequence[Rgb], size: Size, seed: int) -> Rgb:
    """Return the pictures in one row, column or grid with thin gaps; another seed begins with another one."""
    shown = list(pictures[:MOST_PICTURES])
    turn = seed % len(shown)
    shown = shown[turn:] + shown[:turn]
    board = np.full((size[1], size[0], 3), PAPER, np.uint8)
    for rgb, (left, top, width, height) in zip(
        shown, cells(len(shown), size, round(0.012 * min(size))), strict=True
    ):
        board[top : top + height, left : left + width] = cropped(rgb, (width, height))
    return board


def cells(count: int, size: Size, gap: int) -> list[tuple[int, int, int, int]]:
    """Return left, top, width, height of each place: one large, and the others in a strip beside or below it."""
    width, height = size
    if count == 1:
        return [(0, 0, width, height)]
    wide = width >= height
    along, across = (width, height) if wide else (height, width)
    share = 0.5 if count == 2 else 0.62 if count < 5 else 0.55
    large = round((along - gap) * share)
    lanes = 1 if count < 5 else 2
    rows = -(-(count - 1) // lanes)
    found = [(0, 0, large, across)]
    for number in range(count - 1):
        lane, row = divmod(number, rows)
        own = min(rows, count - 1 - lane * rows)
        thin = (along - large - lanes * gap) / lanes
        deep = (across - (own - 1) * gap) / own
        start, top = large + gap + lane * (thin + gap), row * (deep + gap)
        end = along if lane == lanes - 1 else round(start + thin)
        foot = across if row == own - 1 else round(top + deep)
        found.append((round(start), round(top), end - round(start), foot - round(top)))
    return found if wide else [(top, left, high, across_) for left, top, across_, high in found]


def cropped(rgb: Rgb, size: Size) -> Rgb:
    """Return the part of a picture that draws the eye, in a size."""
    drawn = saliency(small(rgb))
    across, down = (np.arange(side, dtype=np.float32) + 0.5 for side in size_of(drawn))
    focus = float(drawn.sum(axis=0) @ across) / across.size, float(drawn.sum(axis=1) @ down) / down.size
    return cut(rgb, place(rgb, size, focus).box(0.0), size)


def _pixels(area: Area) -> Size:
    return round(area[2]), round(area[3])
