"""Words on the picture: every script drawn by a font that has it, joined and ordered, broken well, unclipped."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest
from fontTools.ttLib import TTFont

from projects.media.captions.cues import Cue
from projects.media.captions.layout import Layout, Place, Wanted
from projects.media.captions.safe_areas import PLATFORMS, margins
from projects.media.captions.timing import Page, in_turn, lint, pages, snapped
from projects.media.faults import Refused
from projects.media.typography.fonts import FOLDER, Fonts, shapes
from projects.media.typography.line_breaks import LEANING, Room, wrap
from projects.media.typography.looks import STYLES
from projects.media.typography.shaping import pieces, reads_right_to_left
from projects.media.typography.typeset import typeset, width_of

SCRIPTS = {
    "Latin": "A scent that remembers, 50 ml — “Nº 4” ♪",
    "Latin with marks": "Ça va, Ångström? Žluťoučký kůň, İğne",
    "Vietnamese": "Tiếng Việt rất đẹp",
    "Greek": "Ένα άρωμα που θυμάται",
    "Cyrillic": "Аромат, який живе: ґ, ё, Ђ",
    "Arabic": "عطر يتذكر أين كنت، ٢٠٢٤",
    "Persian": "می‌خواهم گل را ببینم",
    "Hebrew": "ניחוח שזוכר (Studio) היכן היית.",
    "Devanagari": "एक ख़ुशबू जो याद रखती है क्षत्रिय।",
    "Bengali": "এমন এক সুবাস যা মনে রাখে",
    "Tamil": "நீங்கள் எங்கே இருந்தீர்கள்",
    "Thai": "กลิ่นหอมที่จดจำ น้ำหอม กู้",
}
needs_shaping = pytest.mark.skipif(not shapes(), reason="no FriBiDi: apt-get install libfribidi0")
INVISIBLE = {0x200B, 0x200C, 0x200D, 0x200E, 0x200F}
SIZES = [(320, 180), (180, 320), (180, 180), (180, 226)]
HAIR = 1e-9


def set_pieces(text: str) -> list[str]:
    """Return the texts of a line's pieces, left to right."""
    return [piece.text for piece in pieces(text, Fonts(), right_to_left=reads_right_to_left(text))]


def parts_of_ink(text: str) -> int:
    """Return how many separate parts the drawn letters have."""
    ink = (typeset((text,), Fonts(), 80).coverage > 128).astype(np.uint8)
    return int(cv2.connectedComponents(ink)[0]) - 1


def room(letters: int = 42, width: float = 1e9) -> Room:
    """Return a room for lines, measured at 50 pixels."""
    return Room(letters, width, lambda line: width_of(line, Fonts(), 50))


def cue(start: float, end: float, text: str = "words") -> Cue:
    """Return a cue; times in seconds."""
    return Cue(Fraction(start).limit_denominator(1000), Fraction(end).limit_denominator(1000), text)


@needs_shaping
@pytest.mark.parametrize("weight", [500, 600])
@pytest.mark.parametrize("text", SCRIPTS.values(), ids=SCRIPTS)
def test_every_sign_is_drawn_by_a_font_of_ours_that_has_it(text: str, weight: int) -> None:
    fonts = Fonts(500 if weight == 500 else 600)

    found = pieces(text, fonts, right_to_left=reads_right_to_left(text))

    assert sorted("".join(piece.text for piece in found)) == sorted(text)
    for piece in found:
        with TTFont(piece.face.path) as font:
            assert {ord(sign) for sign in piece.text} - INVISIBLE <= set(font.getBestCmap())
        assert piece.face.path.parent == FOLDER


@needs_shaping
@pytest.mark.parametrize("text", SCRIPTS.values(), ids=SCRIPTS)
def test_no_mark_is_clipped_and_no_lines_touch(text: str) -> None:
    block = typeset((text, text), Fonts(), 60)

    ink = block.coverage > 0
    assert not np.concatenate([ink[0], ink[-1], ink[:, 0], ink[:, -1]]).any()
    between = [
        round(block.rows[0].baseline + block.rows[0].drop),
        round(block.rows[1].baseline - block.rows[1].rise),
    ]
    assert between[1] > between[0]
    assert not ink[between[0] + 1 : between[1] - 1].any()


@needs_shaping
def test_arabic_letters_join_and_persian_non_joiners_part_them() -> None:
    assert parts_of_ink("سسس") == 1
    assert parts_of_ink("س\u200cس\u200cس") == 3


@needs_shaping
def test_marks_and_conjuncts_take_no_room_of_their_own() -> None:
    assert width_of("ที่", Fonts(), 80) == width_of("ท", Fonts(), 80)
    assert width_of("क्ष", Fonts(), 80) < width_of("क", Fonts(), 80) + width_of("ष", Fonts(), 80)


@needs_shaping
def test_right_to_left_lines_are_laid_from_the_right_with_latin_and_numbers_the_other_way() -> None:
    assert set_pieces("عطر Studio 2024!") == ["!", "Studio 2024", "عطر "]
    assert set_pieces("אבג (ABC) 12% דהו") == ["דהו", " ", "12%", ") ", "ABC", "(", "אבג "]
    assert set_pieces("Say «مرحبا» now") == ["Say «", "مرحبا", "» now"]


@needs_shaping
def test_what_was_typed_is_shown_without_contextual_arrows() -> None:
    arrow = width_of("→", Fonts(), 80)

    assert abs(width_of("->", Fonts(), 80) - arrow) > 1


@pytest.mark.parametrize(
    ("sign", "words"),
    [
        ("\U0003134a", "apt-get install fonts-noto-cjk"),
        ("🔥", "“🔥” (U+1F525, fire). Take the sign out"),
        ("\uf555", "U+F555, unnamed"),
    ],
)
def test_a_sign_without_a_font_is_refused_by_name_with_the_remedy(sign: str, words: str) -> None:
    with pytest.raises(Refused) as caught:
        typeset((f"a {sign}",), Fonts(), 40)

    assert words in caught.value.sentence


def test_a_font_in_the_data_folder_draws_what_ours_lack(tmp_path: Path) -> None:
    fonts = Fonts(folders=(tmp_path,))
    with pytest.raises(Refused):
        typeset(("\uf555",), fonts, 40)

    with TTFont(FOLDER / "NotoSansThai-SemiBold.ttf") as font:
        for table in font["cmap"].tables:
            table.cmap[0xF555] = font.getBestCmap()[ord("ท")]
        font.save(tmp_path / "own.ttf")
    (tmp_path / "broken.ttf").write_bytes(b"no font")

    assert width_of("\uf555", fonts, 108) == width_of("ท", fonts, 100)


def test_our_fonts_are_small_and_carry_their_licence() -> None:
    assert all(path.stat().st_size < 300_000 for path in FOLDER.iterdir())
    assert "SIL OPEN FONT LICENSE" in (FOLDER / "OFL.txt").read_text()


@pytest.mark.parametrize("letters", [42, 24])
def test_lines_fit_are_balanced_and_keep_every_word(letters: int) -> None:
    text = "The quick brown fox jumps over the lazy dog and then it runs away into the forest again."

    lines = wrap(text, room(letters))

    assert " ".join(lines) == text
    assert len(lines) == -(-len(text) // letters)
    assert max(map(len, lines)) <= letters
    assert min(map(len, lines)) > 0.6 * max(map(len, lines))
    assert not any(line.split()[-1] in LEANING for line in lines[:-1])


def test_lines_break_where_the_sense_does() -> None:
    assert wrap("Rose, amber and moss. Poured by hand in Grasse.", room()) == (
        "Rose, amber and moss.",
        "Poured by hand in Grasse.",
    )
    assert wrap("Der Duft erinnert sich an den Ort, an dem du warst.", room())[0] in {
        "Der Duft erinnert sich an den Ort,",
        "Der Duft erinnert sich",
    }


@needs_shaping
def test_scripts_without_spaces_break_between_phrases() -> None:
    thai = wrap("สวัสดีชาวโลกวันนี้อากาศดีมากเราไปเดินเล่นกันเถอะ", room(24))
    japanese = Room(42, 1e9, lambda line: float(len(line)))
    lines = wrap("今日は天気がいいので、新しい香水を持って散歩に出かけましょう。", japanese)

    assert len(thai) == 2
    assert "".join(lines) == "今日は天気がいいので、新しい香水を持って散歩に出かけましょう。"
    assert all(len(line) <= 16 and line[0] not in "、。" for line in lines)


def test_typed_breaks_stay_where_they_fit_and_dialogue_always_does() -> None:
    assert wrap("Short.\nStill mine.", room()) == ("Short.", "Still mine.")
    assert wrap("- Where were you?\n- In the garden, all night long.", room(24)) == (
        "- Where were you?",
        "- In the garden,",
        "all night long.",
    )


def test_a_word_that_is_too_long_is_cut_to_the_width() -> None:
    lines = wrap("https://example.com/" + "x" * 60, room(42, 600))

    assert all(width_of(line, Fonts(), 50) <= 600 for line in lines)
    assert "".join(lines) == "https://example.com/" + "x" * 60


def test_a_long_cue_becomes_pages_that_share_its_time_by_their_letters() -> None:
    text = "One two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen."

    found = pages(cue(1, 7, text), room(24))

    assert [len(page.lines) <= 2 for page in found] == [True] * len(found)
    assert " ".join(line for page in found for line in page.lines) == text
    assert found[0].start == 1
    assert found[-1].end == 7
    assert all(one.end == two.start for one, two in pairwise(found))
    paces = [len(" ".join(page.lines)) / float(page.end - page.start) for page in found]
    assert max(paces) < 1.2 * min(paces)


def test_words_that_no_time_and_picture_hold_are_refused() -> None:
    with pytest.raises(Refused, match="400 characters in 1"):
        pages(cue(1, 2, "word " * 79 + "words"), room(24))


def test_cues_that_share_a_moment_are_shown_together() -> None:
    assert in_turn([cue(0, 2, "a"), cue(1, 3, "b")]) == (cue(0, 1, "a"), cue(1, 2, "a\nb"), cue(2, 3, "b"))
    assert in_turn([cue(0, 1.1, "a"), cue(1, 3, "b")]) == (cue(0, 1, "a"), cue(1, 3, "b"))
    with pytest.raises(Refused, match="4 cues are on"):
        in_turn([cue(0, 9)] * 4)


def test_pages_snap_to_cuts_and_leave_two_frames_between() -> None:
    shown = [Page(Fraction(0), Fraction(2), ("a",)), Page(Fraction(2), Fraction(4), ("b",))]

    moved = snapped(shown, Fraction(24), [Fraction(49, 24), Fraction(3)])

    assert [(page.start, page.end) for page in moved] == [
        (0, Fraction(49, 24) - Fraction(2, 24)),
        (Fraction(49, 24), 4),
    ]


def test_what_is_hard_to_read_is_named() -> None:
    found = lint([cue(0, 1, "x" * 30), cue(0.5, 0.9), cue(2, 10), cue(60, 62)], Fraction(30))

    assert [(finding.cue, finding.kind) for finding in found] == [
        (1, "fast"),
        (1, "overlap"),
        (2, "short"),
        (3, "long"),
        (4, "late"),
    ]
    assert found[0].sentence == "Cue 1 at 00:00:00.000 runs at 30 letters a second, more than 20."


def inside(layout: Layout, lines: Sequence[str], platform: str) -> bool:
    """Return whether the lines' box lies in the safe area in each look."""
    free = margins(layout.size, platform)
    for look in layout.style.looks:
        x, y, width, height = layout.drawn(tuple(lines), look).box
        across = x >= free.left - HAIR and x + width <= 1 - free.right + HAIR
        if not (across and y >= free.top - HAIR and y + height <= 1 - free.bottom + HAIR):
            return False
    return True


@pytest.mark.parametrize("place", ["bottom", "middle", "top"])
@pytest.mark.parametrize("style", STYLES)
def test_captions_stand_inside_every_safe_area(style: str, place: Place) -> None:
    text = "A scent that remembers where you have been, and where you go."
    for size, platform in [*((size, "") for size in SIZES), *(((180, 320), name) for name in PLATFORMS)]:
        layout = Wanted(style=style, place=place, platform=platform).on(size, text)

        shown = pages(cue(0, 5, text), layout.room)

        assert all(inside(layout, page.lines, platform) for page in shown), (size, platform)


@pytest.mark.parametrize("style", ["kit", "boxed"])
def test_letters_lie_on_their_plate_with_room_on_all_sides(style: str) -> None:
    layout = Wanted(style=style).on((960, 540), "")
    block = typeset(("Ågår jumpy", "short"), layout.fonts, layout.pixels)
    rows, columns = np.nonzero(block.coverage > 64)

    over = layout.drawn(("Ågår jumpy", "short"), layout.style.looks[-1])

    ink_width, ink_height = np.ptp(columns) + 1, np.ptp(rows) + 1
    assert over.box[2] * 960 >= ink_width + 0.8 * layout.pixels
    assert over.box[3] * 540 >= ink_height + 0.3 * layout.pixels
