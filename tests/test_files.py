"""Files go to their place whole, once, and beside others that are placed at the same moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from projects.models import files

BYTES = b"the same picture" * 60_000


def test_the_same_file_placed_by_many_at_once_is_one_file(tmp_path: Path) -> None:
    target = tmp_path / "media" / "file.webp"
    sources = [tmp_path / f"{number}.webp" for number in range(24)]
    for source in sources:
        source.write_bytes(BYTES)

    with ThreadPoolExecutor(8) as people:
        list(people.map(files.place, sources, [target] * len(sources)))

    assert target.read_bytes() == BYTES
    assert [path.name for path in target.parent.iterdir()] == ["file.webp"]
    assert not any(source.exists() for source in sources)
