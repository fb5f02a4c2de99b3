"""Engines make media: one file a family, each with `ENGINES`. Adding one touches no other file."""

from __future__ import annotations

from functools import cache

from projects import discover
from projects.engines.base import Engine


@cache
def all_engines() -> dict[str, Engine]:
    """Return every engine by its key, the preferred one first."""
    import projects.engines as package  # noqa: PLC0415 - a package can only find its files once it exists

    found = [engine for module in discover.modules(package) for engine in getattr(module, "ENGINES", ())]
    return {engine.key: engine for engine in sorted(found, key=lambda engine: engine.rank)}


def get(key: str) -> Engine:
    """Return the engine with this key. Raises KeyError."""
    return all_engines()[key]


def able(ability: str) -> list[Engine]:
    """Return the engines with this ability, the preferred one first."""
    return [engine for engine in all_engines().values() if ability in engine.abilities]
