"""Lint: what the providers' guidance says goes wrong, found in what a person wrote, each with a way to put it right.

Quoted words are left alone: they are to be read, not obeyed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from projects.prompts import edits, vocabulary
from projects.prompts.compose import ONE_SHOT
from projects.wish import Wish


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that goes wrong: the rule's name, a sentence why, and a sentence that puts it right."""

    rule: str
    sentence: str
    fix: str


@dataclass(frozen=True, slots=True)
class Text:
    """Words that a person wrote, what is left of them outside quotes, and the wish that they belong to.

    whole: they are the whole prompt, taken over as text, and not one field of it.
    """

    words: str
    wish: Wish
    whole: bool = False

    @property
    def bare(self) -> str:
        """The words outside quotes."""
        return QUOTES.sub(" “…” ", self.words)


VERBS = "add|remove|replace|change|make|turn|put|move|set|brighten|darken|swap|delete|rotate|crop|paint|place|zoom"
PERSONS = "walks|smiles|holds|says|looks|drinks|sits|stands|talks|runs|dances|wears|waves|laughs|drives|sings"
QUOTES = re.compile('“[^”]*”|"[^"]*"|„[^“”]*[“”]|«[^»]*»|\u2018[^\u2019]*\u2019')
SEVERAL = re.compile(rf"(?:\band(?: then)?\b|\bthen\b|\balso\b|[.;,]) (?:{VERBS})\b", re.IGNORECASE)
ONE = re.compile(r"continuous|unbroken|(?:single|one) (?:shot|take)|no cuts|\[\s*\d", re.IGNORECASE)
UNQUOTED = re.compile(
    r"\b(?:(?:that )?(?:says|reads)|saying|reading|(?:text|caption|headline|slogan|tagline|lettering)(?: is|:))"
    r"\s+(?!“)(\w[\w' ]{0,40})",
    re.IGNORECASE,
)
NEGATIVE = re.compile(
    r"\b(?:no|not|never|without|avoid|don['\u2019]?t|doesn['\u2019]?t)\s+((?:(?:any|show|be|have|a|the) )*\w+)",
    re.I,
)
MEANT = re.compile(r"no (?:cuts|dialogue|music|sound|speech|voice-?over)\b", re.IGNORECASE)
MOMENT = re.compile(
    r"\[\s*[\d.]+\s*-\s*([\d.]+)\s*s?\s*\]|\b(?:after|at|until|by) (?:second )?([\d.]+)\s*s(?:ec(?:onds?)?)?\b"
    r"|\bat (\d+:\d\d)\b",
    re.IGNORECASE,
)
NAME = r"((?:[A-Z][\w\u2019'-]+ ){1,2}[A-Z][\w\u2019'-]+)"
BEFORE_NAME = re.compile(rf"\b(?:like|starring|featuring|with|by|of|as) {NAME}")
AFTER_NAME = re.compile(rf"\b{NAME} (?:{PERSONS})\b")
TITLES = re.compile(r"\b(?:Mr|Mrs|Ms|Dr|President|Queen|King|Prince|Princess|Pope|Senator)\.? ([A-Z]\w+)")
PLACES = re.compile(
    r"\b(?:New|San|Los|Las|Saint|St|Santa|Rio|Hong|Kuala|Abu|Tel|North|South|East|West|Great|Central|Golden|Times|"
    r"Tower|Bridge|Park|Square|Street|Avenue|Beach|Bay|Lake|River|Mount|City|Sea|Coast|Hill|Hills|Valley|Desert|"
    r"Island|Palace|Cathedral|Wall|Gate|Station|Market|House|Opera|Museum|Nouveau|Deco|Day|Eve|Year)\b"
)
ALONE = re.compile(
    r"(?:please )?(?:make (?:it|this|the product|the image|the picture) (?:move|come alive)|animate(?: (?:it|this))?|"
    r"bring (?:it|this) to life|add (?:some )?(?:motion|movement)|move|motion)[.! ]*",
    re.IGNORECASE,
)
SHAPE = re.compile(
    r"\b(?:1:1|1:4|1:8|2:3|3:2|3:4|4:1|4:3|4:5|5:4|8:1|9:16|16:9|21:9|[124]K|(?:360|720|1080|2160)p)\b|"
    r"\b(?:vertical|horizontal|portrait|landscape|square|wide-?screen) (?:format|video|clip|image|picture|ratio)\b|"
    r"\baspect ratio\b",
)
OTHERS = {
    "German": "der die das und mit ein eine einer auf ist nicht vor dem den im zum",
    "French": "le la les une des avec sur dans est et au du qui pour",
    "Spanish": "el los las una con sobre en es y del que para por",
    "Italian": "il lo gli una con su nel della di che per è e",
    "Dutch": "de het een met op van en niet voor in",
}
FOREIGN = 3
"""So many small words of a language, and more than of English, tell it."""
ENGLISH = frozenset(
    ("the", "a", "an", "and", "with", "of", "on", "in", "at", "is", "to", "for", "from", "by", "its", "it")
)
ANOTHER_SCRIPT = re.compile(
    "[\u0370-\u03ff\u0400-\u04ff\u0590-\u06ff\u0900-\u0dff\u0e00-\u0e7f\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]"
)


def findings(wish: Wish, own: str = "") -> tuple[Finding, ...]:
    """Return what could go wrong with a wish, each thing once; with `own`, the text that took its prompt over."""
    texts = [Text(own, wish, whole=True)] if own else [Text(words, wish) for words in _typed(wish) if words]
    found = (finding for text in texts for rule in RULES for finding in rule(text))
    return tuple({finding.rule: finding for finding in reversed(list(found))}.values())[::-1]


def _typed(wish: Wish) -> Iterator[str]:
    """Yield the words that a person typed; the values of choices pass every rule, but for a format."""
    if wish.change is not None and wish.change.kind != "format":
        yield wish.change.text
    yield from (wish.action, wish.place, wish.light, wish.style, wish.sound)
    yield from (shot.action for shot in wish.shots)
    yield str(wish.extra.get("instructions", ""))


def _several(text: Text) -> Iterator[Finding]:
    found = SEVERAL.search(text.bare)
    if found and text.wish.change is not None:
        first = text.bare[: found.start()].strip(" .,;")
        yield Finding(
            "several",
            "This asks for several changes at once. Each edit keeps the rest best when it changes one thing.",
            f"Choose “One after the other”, or ask for “{_short(first)}” now and for the rest as the next edit.",
        )


def _shot(text: Text) -> Iterator[Finding]:
    wish = text.wish
    if text.whole and wish.seconds and wish.change is None and not ONE.search(text.words):
        yield Finding(
            "shot", "Without a word on shots, a model cuts where it likes.", f"Begin with “{ONE_SHOT}”"
        )


def _unquoted(text: Text) -> Iterator[Finding]:
    found = UNQUOTED.search(text.bare)
    if found:
        yield Finding(
            "unquoted",
            "Words that should be read stand without quotes, so they may come out changed.",
            f"Put the exact words in quotes: “{_short(found[1])}”, or give them as words on screen.",
        )


def _negation(text: Text) -> Iterator[Finding]:
    found = NEGATIVE.search(MEANT.sub("", text.bare))
    if found:
        word = found[1].split()[-1].lower()
        instead = vocabulary.INSTEAD.get(word, "what stands there in its place, or nothing about it")
        yield Finding(
            "negation",
            f"“{_short(found[0])}” names what should be left out, and models draw what is named.",
            f"Say what should be seen: {instead}.",
        )


def _late(text: Text) -> Iterator[Finding]:
    moments = (_seconds(match) for match in MOMENT.finditer(text.bare))
    late = max(moments, default=0.0)
    if text.wish.seconds and late > text.wish.seconds:
        yield Finding(
            "late",
            f"This speaks of second {late:g}, and the clip ends at {text.wish.seconds:g} s.",
            f"Let it end by {text.wish.seconds:g} s, or ask for a longer clip.",
        )


def _seconds(match: re.Match[str]) -> float:
    if match[3]:
        minutes, seconds = match[3].split(":")
        return 60.0 * int(minutes) + int(seconds)
    said = (match[1] or match[2]).strip(".")
    return float(said) if said.count(".") < 2 and said else 0.0


def _person(text: Text) -> Iterator[Finding]:
    found = TITLES.search(text.bare) or BEFORE_NAME.search(text.bare) or AFTER_NAME.search(text.bare)
    if found and not PLACES.search(found[0]):
        yield Finding(
            "person",
            f"“{_short(found[1])}” looks like a person's name, and models refuse people who can be recognised.",
            "Describe the person instead: age, hair, clothes, manner.",
        )


def _motion(text: Text) -> Iterator[Finding]:
    if ALONE.fullmatch(text.bare.strip()):
        yield Finding(
            "motion",
            "This says that something moves, but not what.",
            "Say what moves and how: “Steam rises from the cup and drifts to the left.”",
        )


def _shape(text: Text) -> Iterator[Finding]:
    change = text.wish.change
    ours = edits.SENTENCES["format"].format(change.text) if change and change.kind == "format" else ""
    found = SHAPE.search(text.bare.replace(ours, ""))
    if found:
        yield Finding(
            "shape",
            f"“{found[0]}” is a setting. In words it may be drawn into the picture.",
            "Take it out, and choose format and size with their buttons.",
        )


def _language(text: Text) -> Iterator[Finding]:
    language = _other_language(text.bare)
    if language:
        yield Finding(
            "language",
            f"This reads as {language}. English is the language that the models are tested in.",
            "Write it in English for the surest result. Quoted words stay in their language.",
        )


def _other_language(words: str) -> str:
    if ANOTHER_SCRIPT.search(words):
        return "another language than English"
    small = re.findall(r"\w+", words.lower())
    counts = {language: sum(word in told.split() for word in small) for language, told in OTHERS.items()}
    most = max(counts, key=lambda language: counts[language])
    english = sum(word in ENGLISH for word in small)
    return most if counts[most] >= FOREIGN and counts[most] > english else ""


def _short(words: str) -> str:
    return words.strip() if len(words) <= 60 else f"{words[:60].rsplit(' ', 1)[0]} …"


RULES: tuple[Callable[[Text], Iterator[Finding]], ...] = (
    _several, _shot, _motion, _unquoted, _negation, _late, _person, _shape, _language,
)  # fmt: skip
