"""Compose the words of a wish: what is seen, what stays exact, what moves, what is written and heard."""

from __future__ import annotations

from projects.wish import Shot, Wish

MOVES = {
    "locked": "The camera does not move",
    "push-in": "The camera makes a steady push in",
    "pull-out": "The camera pulls back steadily",
    "orbit": "The camera orbits the subject in a small arc",
    "slide": "The camera slides sideways",
    "tilt": "The camera tilts up",
    "crane": "The camera cranes up",
    "handheld": "The camera is handheld, with small natural movements",
}
SAME = "Keep everything else the same."


def prompt(wish: Wish) -> str:
    """Return the prompt of a wish: an edit is one change, everything else is a whole shot."""
    sentences = _edit(wish) if wish.change else _shot(wish)
    own = str(wish.extra.get("instructions", "")).strip()
    return " ".join(sentence for sentence in (*sentences, own) if sentence)


def _edit(wish: Wish) -> tuple[str, ...]:
    if wish.change is None:
        return ()
    return (f"Change only the {wish.change.target}: {_plain(wish.change.text)}.", _locks(wish), SAME)


def _shot(wish: Wish) -> tuple[str, ...]:
    return (
        *(_timed(shot) for shot in wish.shots),
        ""
        if wish.shots
        else f"One continuous, unbroken {wish.seconds:g}-second shot, {wish.format}, no cuts.",
        _locks(wish),
        f"Action: {wish.action}." if wish.action not in ("", "still") else "",
        f"Background: {_plain(wish.place)}." if wish.place else "",
        f"Light: {_plain(wish.light)}." if wish.light else "",
        f"{MOVES[wish.camera.move]}{'' if wish.camera.speed == 'normal' else f', {wish.camera.speed}'}.",
        f"On screen the exact words {', '.join(f'“{words}”' for words in wish.words)}." if wish.words else "",
        f"Sound: {wish.sound}." if wish.sound else "",
        f"Dialogue: {'; '.join(wish.dialogue.splitlines())}." if wish.dialogue else "",
    )


def _timed(shot: Shot) -> str:
    words = f" On screen the exact words “{shot.words}”." if shot.words else ""
    return f"[{shot.start:g}-{shot.end:g}s] {shot.action}.{words}"


def _locks(wish: Wish) -> str:
    if not wish.locks:
        return ""
    return f"{wish.subject.capitalize()} keeps its {', '.join(wish.locks)} exactly."


def _plain(words: str) -> str:
    return words.replace("-", " ").strip(". ")
