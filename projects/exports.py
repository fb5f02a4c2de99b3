"""Output sizes that a clip can be asked for: one row each, read by the forms and by the engines."""

from __future__ import annotations

FORMATS = ("16:9", "9:16", "1:1", "4:5")
TIERS = {"sketch": "360p", "standard": "720p", "finish": "1080p"}
