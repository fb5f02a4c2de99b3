"""Find plug-ins: every module of a package is one, and a broken one stops the start."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType

NOT_PLUGINS = frozenset({"base", "errors", "client", "child", "common"})


def modules(package: ModuleType) -> Iterator[ModuleType]:
    """Yield the plug-in modules of a package in the order of their names."""
    for found in sorted(pkgutil.iter_modules(package.__path__), key=lambda entry: entry.name):
        if found.name not in NOT_PLUGINS and not found.ispkg:
            yield importlib.import_module(f"{package.__name__}.{found.name}")
