"""Which keys a body may have and of what type they are. Source: the SDK's own types, google-genai 3.4.0."""

from __future__ import annotations

import re
from typing import Any

from tests.emulator import media
from tests.emulator.ledger import bytes_of
from tests.emulator.refusals import Refused

Types = dict[str, Any]

CREATE: Types = {
    "model": str,
    "input": (str, dict, list),
    "previous_interaction_id": str,
    "store": bool,
    "background": bool,
    "stream": bool,
    "response_format": (dict, list),
    "generation_config": dict,
    "safety_settings": list,
    "service_tier": str,
    "system_instruction": str,
    "tools": list,
    "labels": dict,
    "webhook_config": dict,
}
DEPRECATED = {
    "response_modalities",
    "response_mime_type",
    "cached_content",
    "image_config",
    "temperature",
    "top_p",
}
NOT_FOR_MEDIA = {"agent", "agent_config", "environment", "continuation_token", "speech_config"}
CONFIG: Types = {
    "video_config": dict,
    "thinking_level": str,
    "thinking_summaries": str,
    "seed": int,
    "max_output_tokens": int,
    "stop_sequences": list,
    "tool_choice": (str, dict),
    "transcription_config": dict,
}
FORMATS: dict[str, Types] = {
    "video": {
        "type": str,
        "aspect_ratio": str,
        "resolution": str,
        "duration": str,
        "delivery": str,
        "gcs_uri": str,
    },
    "image": {"type": str, "aspect_ratio": str, "image_size": str, "mime_type": str, "delivery": str},
    "text": {"type": str, "mime_type": str, "schema": dict},
}
CONTENTS: dict[str, Types] = {
    "text": {"type": str, "text": str, "annotations": list},
    "image": {"type": str, "data": str, "uri": str, "mime_type": str, "resolution": str},
    "video": {
        "type": str,
        "data": str,
        "uri": str,
        "mime_type": str,
        "name": str,
        "processing": (str, dict),
        "resolution": str,
    },
}
HOOK: Types = {"uris": list, "user_metadata": dict}
LABEL = re.compile(r"[^\W\dA-Z_][^\WA-Z-]*(?:-[^\WA-Z-]*)*", re.UNICODE)
LABEL_VALUE = re.compile(r"[\w-]*")
LONGEST_LABEL = 63
SAME = {"video/quicktime": "video/mov", "image/jpg": "image/jpeg", "video/x-matroska": "video/webm"}
PICTURES = {"image/png", "image/jpeg", "image/webp", "image/heic", "image/heif"}
CLIPS = {
    "video/mp4",
    "video/mov",
    "video/mpeg",
    "video/mpg",
    "video/webm",
    "video/wmv",
    "video/3gpp",
    "video/x-flv",
}


def hold(value: Any, known: Types, where: str) -> None:
    """Refuse an object with a key that is not known, not for media, deprecated or of another type."""
    if not isinstance(value, dict):
        raise Refused(f"Invalid value at '{where}': an object was expected.")
    for name, one in value.items():
        place = f"{where}.{name}" if where else name
        if name not in known:
            raise Refused(_unknown(name, place, where))
        if not isinstance(one, known[name]) or (isinstance(one, bool) and known[name] is not bool):
            raise Refused(f"Invalid value at '{place}': {type(one).__name__} is not the type of this field.")


def _unknown(name: str, place: str, where: str) -> str:
    if name in DEPRECATED:
        return f"'{place}' is deprecated and no longer accepted; see response_format."
    if name in NOT_FOR_MEDIA:
        return f"'{place}' is not supported by this model."
    return f"Invalid JSON payload received. Unknown name \"{name}\" at '{where}': Cannot find field."


def type_of(part: Any) -> str:
    """Return the `type` of an object; empty where there is none."""
    kind = part.get("type") if isinstance(part, dict) else None
    return kind if isinstance(kind, str) else ""


def labels(given: dict[str, Any]) -> None:
    """Refuse labels that are not short and lower-case."""
    for name, value in given.items():
        if not isinstance(value, str) or max(len(name), len(value)) > LONGEST_LABEL:
            raise Refused(f"Label '{name}' must be text of at most {LONGEST_LABEL} characters.")
        if not LABEL.fullmatch(name) or not LABEL_VALUE.fullmatch(value) or value != value.lower():
            raise Refused(f"Label '{name}' may hold lower-case letters, digits, underscores and dashes only.")


def hook(given: dict[str, Any]) -> None:
    """Refuse a webhook whose addresses are none. Without the field the event goes to the registered ones."""
    hold(given, HOOK, "webhook_config")
    uris = given.get("uris", ["http"])
    if not uris or not all(isinstance(uri, str) and uri.startswith("http") for uri in uris):
        raise Refused("webhook_config.uris must be a list of addresses.")


def contents(given: Any) -> list[dict[str, Any]]:
    """Return an input's contents, whichever of its four forms it has."""
    if isinstance(given, str):
        return [{"type": "text", "text": given}]
    parts = given if isinstance(given, list) else [given]
    found: list[dict[str, Any]] = []
    for part in parts:
        if type_of(part) in {"user_input", "model_output", "thought"}:
            found += contents(part["content"]) if part["type"] == "user_input" and part.get("content") else []
        else:
            found.append(_content(part))
    return found


def decoded(text: str, mime: str, where: str) -> bytes:
    """Return the bytes of base64 text. Refuses what is no base64 and what is not of its mime."""
    try:
        data = bytes_of(text)
    except ValueError:
        raise Refused(f"Invalid value at '{where}' (TYPE_BYTES), Base64 decoding failed") from None
    found = media.sniff(data)
    if not found or SAME.get(mime, mime) != found:
        raise Refused(f"The data at '{where}' is {found or 'of no known type'}, not {mime or 'named'}.")
    return data


def _content(part: Any) -> dict[str, Any]:
    kind = type_of(part)
    if kind not in CONTENTS:
        raise Refused(f"Content of type {kind!r} is not supported by this model.")
    hold(part, CONTENTS[kind], f"input.{kind}")
    if kind == "text":
        return part  # type: ignore[no-any-return]
    if ("data" in part) == ("uri" in part):
        raise Refused(f"Content of type {kind} needs exactly one of data and uri.")
    if "data" in part and part.get("mime_type") not in (PICTURES if kind == "image" else CLIPS):
        raise Refused(f"Unsupported MIME type: {part.get('mime_type')}")
    return part  # type: ignore[no-any-return]
