"""The providers' models as data: `models.toml` read once into frozen rows, and what follows from a row.

A row is one (id, door). An operator's changes are merged over it in `projects.models.model`, so that engines and
pages only ever see the plain value.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

Status = Literal["preview", "current", "retiring", "retired"]
TABLE = Path(__file__).with_name("models.toml")
AHEAD = timedelta(days=30)
"""So long before a model retires, people are told."""
ABILITIES = frozenset(
    {
        *("image.generate", "image.edit", "image.refs", "image.ground", "image.ground_pictures"),
        *("video.text", "video.image", "video.refs", "video.frames"),
        *("video.edit", "video.edit_upload", "video.extend", "video.extend_upload", "chain"),
    }
)
CONTINUES = frozenset({"image.edit", "video.edit", "video.extend"})
"""What goes on in the conversation that a version belongs to, where there is one."""
IN_CHAIN = CONTINUES - {"image.edit"}
"""What sends no file of its own, and goes on in a conversation or not at all."""


@dataclass(frozen=True, slots=True)
class Model:
    """One model behind one door: what it can do, its limits, its dates and its prices in US dollars."""

    id: str
    family: str
    door: str
    engine: str
    label: str
    status: Status
    since: date | None = None
    retires_on: date | None = None
    successor: str = ""
    purpose: str = ""
    grade: str = ""
    """Which of a form's choices it is, where a form offers several: fast, detailed or studio."""
    abilities: frozenset[str] = frozenset()
    unconfirmed: frozenset[str] = frozenset()
    api_version: str = "v1beta"
    background: bool = False
    ratios: tuple[str, ...] = ()
    sizes: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    """The provider's places that serve it; none named: all."""
    seconds: tuple[int, ...] = ()
    """The shortest and the longest clip."""
    lengths: tuple[int, ...] = ()
    """The only lengths that it makes, where it does not make every one."""
    full_length_for: tuple[str, ...] = ()
    """The sizes, and `references`, that it makes at the longest of its lengths only."""
    frames_seconds: tuple[int, ...] = ()
    source_seconds: tuple[int, ...] = ()
    extend: tuple[int, ...] = ()
    total: int = 0
    references: int = 0
    advised_edits: int = 0
    thinking: tuple[str, ...] = ()
    inline_video_bytes: int = 0
    video_second: Mapping[str, Decimal] = field(default_factory=dict)
    image: Mapping[str, Decimal] = field(default_factory=dict)
    video_million: Decimal = Decimal(0)
    image_million: Decimal = Decimal(0)
    input_million: Decimal = Decimal(0)
    text_million: Decimal = Decimal(0)
    grounding_call: Decimal = Decimal(0)

    @property
    def version(self) -> str:
        """Return what changes whenever anything in the row does."""
        text = json.dumps(asdict(self), sort_keys=True, default=_plain)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @property
    def is_offered(self) -> bool:
        """Return whether new work may be sent to it."""
        return self.status != "retired"


def _plain(value: object) -> object:
    return sorted(value) if isinstance(value, frozenset) else str(value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _status(value: Any) -> str:
    if value not in get_args(Status):
        raise ValueError
    return str(value)


def _day(value: Any) -> date | None:
    return value if value is None or isinstance(value, date) else date.fromisoformat(value)


def _words(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list | tuple):
        raise TypeError
    return tuple(_text(entry) for entry in value)


def _abilities(value: Any) -> frozenset[str]:
    if not ABILITIES.issuperset(found := _words(value)):
        raise ValueError
    return frozenset(found)


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise TypeError
    return value


def _counts(value: Any) -> tuple[int, ...]:
    if not isinstance(value, list | tuple):
        raise TypeError
    return tuple(_count(entry) for entry in value)


def _span(value: Any) -> tuple[int, ...]:
    span = _counts(value)
    if span and not (len(span) == 2 and span[0] <= span[1]):
        raise ValueError
    return span


def _usd(value: Any) -> Decimal:
    usd = Decimal(str(value))
    if not usd.is_finite() or usd < 0:
        raise ValueError
    return usd


def _prices(value: Any) -> dict[str, Decimal]:
    return {_text(size): _usd(usd) for size, usd in value.items()}


WANTED: dict[Callable[[Any], Any], str] = {
    _text: "a text",
    _status: f"one of {', '.join(get_args(Status))}",
    _day: "a day such as 2027-05-04, or null",
    _words: 'a list of words such as ["16:9", "9:16"]',
    _abilities: f"a list of abilities, of which there are {', '.join(sorted(ABILITIES))}",
    _flag: "true or false",
    _count: "a whole number",
    _counts: "a list of whole numbers such as [4, 6, 8]",
    _span: "a list of the shortest and the longest, such as [3, 15]",
    _usd: "an amount in US dollars such as 0.014",
    _prices: 'US dollars by size, such as {"720p": 0.0695}',
}
READERS: dict[str, Callable[[Any], Any]] = {
    "status": _status,
    **dict.fromkeys(("since", "retires_on"), _day),
    **dict.fromkeys(("abilities", "unconfirmed"), _abilities),
    **dict.fromkeys(("ratios", "sizes", "regions", "full_length_for", "thinking"), _words),
    **dict.fromkeys(("seconds", "frames_seconds", "source_seconds", "extend"), _span),
    "lengths": _counts,
    **dict.fromkeys(("total", "references", "advised_edits", "inline_video_bytes"), _count),
    "background": _flag,
    **dict.fromkeys(("video_second", "image"), _prices),
    **dict.fromkeys(("video_million", "image_million", "input_million", "text_million"), _usd),
    "grounding_call": _usd,
}


def parse(row: Mapping[str, Any]) -> Model:
    """Return the model of a row of plain values. Raises ValueError with a sentence that names what is wrong."""
    names = {entry.name for entry in fields(Model)}
    if unknown := row.keys() - names:
        raise ValueError(f"A model has no {', '.join(sorted(unknown))}. It has {', '.join(sorted(names))}.")
    model = Model(**{key: _read(key, value) for key, value in row.items()})
    if model.status == "retiring" and model.retires_on is None:
        raise ValueError("A retiring model has a day: add “retires_on”.")
    unpriced = set(model.sizes) - {*model.video_second, *model.image}
    if model.is_offered and unpriced:
        raise ValueError(
            f"Each size has a price in “video_second” or “image”: {', '.join(sorted(unpriced))}."
        )
    return model


def _read(key: str, value: Any) -> Any:
    reader: Callable[[Any], Any] = READERS.get(key, _text)
    try:
        return reader(value)
    except (TypeError, ValueError, ArithmeticError, AttributeError) as error:
        raise ValueError(f"“{key}” is {WANTED[reader]}.") from error


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(TABLE.read_text())


@cache
def rows() -> tuple[Mapping[str, Any], ...]:
    """Return the rows of the file with their family's defaults filled in, as plain values."""
    return tuple({**_table()["defaults"][row["family"]], **row} for row in _table()["model"])


def row(id_: str, door: str, values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a row of the file with these values over it, or a new one of the family that they name.

    Raises ValueError with a sentence.
    """
    if {"id", "door"} & values.keys():
        raise ValueError("“id” and “door” say which model it is. Add another model instead.")
    known = next((row for row in rows() if (row["id"], row["door"]) == (id_, door)), None)
    if known is not None:
        return {**known, **values}
    defaults, family = _table()["defaults"], values.get("family")
    if not isinstance(family, str) or family not in defaults:
        raise ValueError(f"A new model has a “family”, one of {', '.join(defaults)}.")
    named = {"id": id_, "label": id_, "status": "preview"}
    return {**defaults[family], **named, **values, "door": door}


@cache
def shipped() -> tuple[Model, ...]:
    """Return every model of the file."""
    return tuple(parse(row) for row in rows())


def most_references(ability: str) -> int:
    """Return how many pictures the model takes that takes the most for this ability."""
    return max(model.references for model in shipped() if model.is_offered and ability in model.abilities)


def find(models: Iterable[Model], id_: str, door: str) -> Model | None:
    """Return the row of an id behind a door."""
    return next((model for model in models if (model.id, model.door) == (id_, door)), None)


def alive(models: Iterable[Model], model: Model) -> Model | None:
    """Return the model itself while it is offered, else the first successor that is, behind the same door."""
    known, found, seen = tuple(models), model, {model.id}
    while not found.is_offered:
        after = find(known, found.successor, model.door)
        if after is None or after.id in seen:
            return None
        seen.add(after.id)
        found = after
    return found


def on(models: Iterable[Model], today: date) -> tuple[Model, ...]:
    """Return the table as it stands on a day: what retires by then is retired."""
    return tuple(replace(model, status="retired") if _is_over(model, today) else model for model in models)


def _is_over(model: Model, today: date) -> bool:
    return model.is_offered and model.retires_on is not None and model.retires_on <= today


def notes(models: Iterable[Model], today: date) -> dict[tuple[str, str], str]:
    """Return by (id, door) what to say of each model that is retired, or will be within 30 days."""
    table = on(models, today)
    return {(model.id, model.door): _note(table, model) for model in table if _is_ending(model, today)}


def _is_ending(model: Model, today: date) -> bool:
    return not model.is_offered or (model.retires_on is not None and model.retires_on - today <= AHEAD)


def _note(table: tuple[Model, ...], model: Model) -> str:
    day = f" on {model.retires_on.day} {model.retires_on:%B %Y}" if model.retires_on else ""
    what = f"{model.label} retires{day}." if model.is_offered else f"{model.label} retired{day}."
    after = alive(table, replace(model, status="retired"))
    return (
        f"{what} New work goes to {after.label}." if after else f"{what} Choose another model for new work."
    )
