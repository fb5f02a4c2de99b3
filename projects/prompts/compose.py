"""Compose the words of a wish: what is seen, what stays exact, what moves, what is written and heard.

Pure sentences, the same for every provider. Format, size, length and takes are never said in words: they are sent as
settings, and a model that also reads them in the prompt draws them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from projects.prompts import edits
from projects.prompts import vocabulary as known
from projects.wish import Shot, Wish

SAME = edits.SAME
ONE_SHOT = "One continuous, unbroken shot, no cuts."
SILENT = "No dialogue."
ENDS = (".", "!", "?", "…", "。", "\uff01", "\uff1f")
CLOSING = "”\u2019\"')"


def prompt(wish: Wish) -> str:
    """Return the prompt of a wish: an edit is one change, a clip whole shots, a picture one scene."""
    whole = _clip if wish.seconds else _picture
    sentences = (edits.prompt(wish),) if wish.change else (*whole(wish), edits.also(wish))
    own = str(wish.extra.get("instructions", "")).strip()
    return " ".join(" ".join(part.split()) for part in (*sentences, own) if part.strip())


def _clip(wish: Wish) -> tuple[str, ...]:
    return (
        *(_timed(shot) for shot in wish.shots),
        "" if wish.shots else ONE_SHOT,
        *_roles(wish),
        _locks(wish),
        _action(wish),
        *_look(wish),
        _camera(wish),
        f"On screen the exact words {_quoted(wish.words)}." if wish.words else "",
        sentence(f"Sound: {wish.sound}") if wish.sound else "",
        f"Dialogue: {_quoted(wish.dialogue.splitlines())}." if wish.dialogue.strip() else SILENT,
        *_avoided(wish),
    )


def _picture(wish: Wish) -> tuple[str, ...]:
    return (
        *_roles(wish),
        _locks(wish),
        sentence(wish.action),
        *_look(wish),
        f"The picture holds the exact words {_quoted(wish.words)}, in clear lettering." if wish.words else "",
        *_avoided(wish),
    )


def _timed(shot: Shot) -> str:
    words = f"On screen the exact words {_quoted((shot.words,))}." if shot.words else ""
    return f"[{shot.start:g}-{shot.end:g}s] {sentence(shot.action)} {words}"


def _roles(wish: Wish) -> Iterable[str]:
    """Yield what each image is for, by its place in line; a lone product is named by the sentence of its locks."""
    if [role for _, role, _ in wish.roles] in (["product"], ["source"]):
        return
    seen: set[str] = set()
    for number, (_, role, note) in enumerate(wish.roles, start=1):
        said = known.ROLES.get(role, "is a reference")
        if role == "product" and role in seen:
            said = "shows the same product from another side"
        seen.add(role)
        yield sentence(f"The {known.ordinal(number)} image {said}{f': {note}' if note else ''}")


def _locks(wish: Wish) -> str:
    if not wish.locks:
        return ""
    return sentence(f"{wish.subject} keeps its {_listed(wish.locks)} exactly")


def _action(wish: Wish) -> str:
    if wish.action == "still" and wish.camera.move == "locked":
        return "It stands still."
    return sentence(known.ACTIONS.get(wish.action, wish.action))


def _look(wish: Wish) -> Iterable[str]:
    """Yield place, light, lens, style and mood: a term of the vocabulary in its words, anything else as typed."""
    if wish.place in {"as in the photo", "as in the picture"}:
        yield f"The background stays {wish.place}."
    elif wish.place:
        yield sentence(f"The place: {wish.place}")
    found = {
        "The light is": (known.LIGHT, wish.light),
        "It is shot with": (known.LENS, str(wish.extra.get("lens", ""))),
        "The style is": (known.STYLE, wish.style),
        "The mood is": (known.MOOD, str(wish.extra.get("mood", ""))),
    }
    for opening, (terms, value) in found.items():
        if value not in ("", known.ANY):
            yield sentence(f"{opening} {terms[value].words if value in terms else value}")


def _camera(wish: Wish) -> str:
    pace = known.PACE.get(wish.camera.speed, "") if wish.camera.move != "locked" else ""
    return f"The camera {known.CAMERA[wish.camera.move].words}{f', {pace}' if pace else ''}."


def _avoided(wish: Wish) -> Iterable[str]:
    """Yield what to avoid as positive wishes, as no provider has a negative field."""
    avoided = [entry for entry in re.split(r"[,;\n]", wish.avoid) if entry.strip()]
    if avoided:
        yield sentence(f"Show {_listed(list(dict.fromkeys(map(known.instead_of, avoided))))}")


def sentence(words: str) -> str:
    """Return words as a sentence: a capital first, and an end. A text that ends as it likes is left alone."""
    text = " ".join(words.split()).rstrip(" ,;")
    if not text:
        return ""
    return f"{text[0].upper()}{text[1:]}{'' if text.rstrip(CLOSING).endswith(ENDS) else '.'}"


def _quoted(lines: Iterable[str]) -> str:
    return ", ".join(f"“{line.strip()}”" for line in lines if line.strip())


def _listed(entries: Iterable[str]) -> str:
    *first, last = entries
    return f"{', '.join(first)} and {last}" if first else last


def _plain(words: str) -> str:
    return words.replace("-", " ").strip(". ")
