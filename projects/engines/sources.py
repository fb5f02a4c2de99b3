"""The pages that were looked up for a result: out of either kind of answer, and as notes for people. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any
from urllib.parse import urlencode

Json = dict[str, Any]
MOST = 8
HTTP = re.compile(r"https?://\S{1,500}")
TITLE_LETTERS, QUERY_LETTERS = 100, 80
SEARCH = "https://www.google.com/search?"


def of_grounding(found: Json) -> tuple[Json, ...]:
    """Return the pages, and those of pictures, that a candidate's grounding names, and what was searched for."""
    asked = (found.get(name) for name in ("webSearchQueries", "imageSearchQueries"))
    return _pages((*_chunks(found.get("groundingChunks")), *_searches(asked)))


def of_steps(steps: Iterable[Json], parts: Iterable[Json]) -> tuple[Json, ...]:
    """Return the pages that an interaction's words cite, and what was searched for."""
    calls = (step.get("arguments") for step in steps if step.get("type") == "google_search_call")
    asked = (call.get("queries") for call in calls if isinstance(call, dict))
    return _pages((*_cited(parts), *_searches(asked)))


def notes(media: Iterable[Json]) -> tuple[str, ...]:
    """Return a sentence for each page that media came with."""
    pages = {page["uri"]: page["title"] for part in media for page in part.get("sources", ())}
    return tuple(f"Looked up on the web: {title}, {uri}" for uri, title in pages.items())


def _cited(parts: Iterable[Json]) -> Iterator[tuple[Any, Any]]:
    noted = (part.get("annotations") for part in parts)
    every = (note for notes in noted if isinstance(notes, list) for note in notes if isinstance(note, dict))
    return ((one.get("title"), one.get("url")) for one in every if one.get("type") == "url_citation")


def _searches(asked: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
    """Yield the address at which a person sees what the model's search saw: the provider asks to show it."""
    for query in (query for queries in asked if isinstance(queries, list) for query in queries):
        if isinstance(query, str) and query.strip():
            yield f"Google, “{query}”", SEARCH + urlencode({"q": query[:QUERY_LETTERS]})


def _chunks(chunks: Any) -> Iterator[tuple[Any, Any]]:
    for chunk in chunks if isinstance(chunks, list) else ():
        for name, address in (("web", "uri"), ("image", "sourceUri")):
            page = chunk.get(name) if isinstance(chunk, dict) else None
            if isinstance(page, dict):
                yield page.get("title"), page.get(address)


def _pages(found: Iterable[tuple[Any, Any]]) -> tuple[Json, ...]:
    """Return pages, each once and not too many; an odd address is none."""
    titles = {uri: str(title or "a page")[:TITLE_LETTERS] for title, uri in found if _is_address(uri)}
    return tuple({"title": title, "uri": uri} for uri, title in islice(titles.items(), MOST))


def _is_address(uri: Any) -> bool:
    return isinstance(uri, str) and HTTP.fullmatch(uri) is not None
