"""E: a draft. The CPU of a push-in, bare and with words, beside libx264 given the same frames ready made.

Each run is a process of its own: `python -m tests.bench.draft make|encode FOLDER SECONDS SIZE WORDS`. It meters only
the work, so that imports and the decoding of the baseline's frames do not count.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench import site
from tests.bench.measure import MIB, Pair, Row, Usage, counted, metered, skipped

NAME = "draft"
PHOTO = "aurel-no4-stone-set.jpg"
SHAPES = {"quick": (2, "standard"), "full": (8, "finish")}
ROUNDS = {"quick": 1, "full": 3}
LONGEST = {"quick": 6, "full": 60}
NO_CUTS = "cut-together comes with its own issue; there is nothing to dissolve yet"
NO_MOVIEPY = "moviepy is not installed; it has a dependency group of its own"


@dataclass(frozen=True, slots=True)
class Case:
    """One clip: seconds, size tier and words on screen."""

    folder: Path
    seconds: int
    tier: str
    words: str = ""

    def run(self, verb: str) -> Usage:
        """Return what one process used for its work."""
        command = [
            sys.executable,
            "-m",
            "tests.bench.draft",
            verb,
            str(self.folder),
            str(self.seconds),
            self.tier,
        ]
        process = subprocess.Popen(
            [*command, self.words],
            cwd=site.ROOT,
            env=site.environment(self.folder),
            stdout=subprocess.PIPE,
            text=True,
        )
        with metered(process.pid) as usage:
            said, _ = process.communicate(timeout=300)
        if process.returncode:
            raise RuntimeError(f"{verb} ended with {process.returncode}.")
        told = json.loads(said)
        usage.wall, usage.cpu = told["wall"], told["cpu"]
        return usage


def run(mode: str, data: Path) -> list[Row]:
    """Return the rows of CPU beside the bare encoder, and of memory."""
    seconds, tier = SHAPES[mode]
    with tempfile.TemporaryDirectory(dir=data) as scratch:
        folder = Path(scratch)
        rows = [
            _row(Case(folder, seconds, tier), "push-in", 1.5, mode),
            _row(Case(folder, seconds, tier, "Amber, cedar, stone"), "push-in with words", 2, mode),
            skipped(NAME, "three clips, dissolved", NO_CUTS),
            skipped(NAME, "push-in beside moviepy", NO_MOVIEPY),
        ]
        long = Case(folder, LONGEST[mode], "standard").run("make")
        return [*rows, counted(NAME, f"memory of {LONGEST[mode]} s", "MiB", long.rss / MIB, 250)]


def _row(case: Case, name: str, goal: float, mode: str) -> Row:
    named = f"{name}, {case.seconds} s {case.tier}"
    return Pair(
        NAME, named, lambda: case.run("make"), lambda: case.run("encode"), goal, rounds=ROUNDS[mode]
    ).run()


def make(case: Case) -> None:
    """Draft the clip as the runner's child does."""
    from projects.media import draft

    draft.render(_request(case), str(case.folder))


def _request(case: Case) -> dict[str, Any]:
    from projects import catalogue
    from projects.catalogue.base import Given
    from projects.engines import child
    from projects.engines.base import Input, Request

    task = catalogue.get("animate-product")
    chosen = {"cutout": "whole", "seconds": case.seconds, "tier": case.tier, "screen_text": case.words}
    controls = {control.name: control.default for control in task.controls} | chosen
    stage = task.build(Given(controls, {"product": ({"kind": "image"},)})).stages[0]
    photo = Input("product", "image", site.ROOT / "projects" / "samples" / PHOTO)
    return child.plain(Request(stage.wish, task.slug, stage.ability, (photo,)))


def encode(frames: list[Any], target: Path) -> None:
    """Encode frames that are ready, with the preset of a draft."""
    import av

    from projects.media.encode.settings import SETTINGS

    setting = SETTINGS["draft"]
    with av.open(str(target), "w") as container:
        stream = container.add_stream("libx264", rate=30)
        stream.width, stream.height, stream.pix_fmt = frames[0].width, frames[0].height, "yuv420p"
        stream.codec_context.thread_count = 2
        stream.options = {"preset": setting.preset, "crf": str(setting.crf)}
        for index, frame in enumerate(frames):
            frame.pts = index
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


def _ready(case: Case) -> list[Any]:
    """Return the frames of the draft that was made before."""
    import av

    made = max(case.folder.glob("*.mp4"), key=lambda path: path.stat().st_mtime_ns)
    with av.open(str(made)) as container:
        return [frame.reformat(format="yuv420p") for frame in container.decode(video=0)]


def main(verb: str, case: Case) -> None:
    """Do the work and print what it used."""
    if verb == "make":
        from projects.media import draft as loaded  # noqa: F401 - an import is not work

        began, cpu = time.perf_counter(), time.process_time()
        make(case)
    else:
        frames = _ready(case)
        began, cpu = time.perf_counter(), time.process_time()
        encode(frames, case.folder / "bare.mkv")
    used = {"wall": time.perf_counter() - began, "cpu": time.process_time() - cpu}
    sys.stdout.write(json.dumps(used))


if __name__ == "__main__":
    main(sys.argv[1], Case(Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4], sys.argv[5]))
