"""The drawings of the icons, from icons.json: lucide's, under the ISC licence (https://lucide.dev/license)."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path


@cache
def drawings() -> dict[str, str]:
    """Return each icon's shapes, as SVG markup of ours, by its name."""
    found: dict[str, str] = json.loads(Path(__file__).with_name("icons.json").read_text())
    return found
