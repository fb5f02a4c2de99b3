"""`python -m tests.bench quick|full [name …] [--json FILE] [--against FILE]`: measure, print a table, judge.

The exit code is 1 only when a row fails. A row that this machine cannot measure says why; none passes silently.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from importlib import metadata
from pathlib import Path
from typing import Any

from tests.bench import draft, idle, overhead, page, site, upload
from tests.bench.measure import Row

SCENARIOS = {module.NAME: module for module in (overhead, page, draft, idle, upload)}
WORSE = 1.15
VERSIONS = ("django", "daphne", "twisted", "av", "opencv-python-headless", "pillow")


def main() -> int:
    """Run the chosen scenarios; return the exit code."""
    asked = _arguments()
    former = _former(asked.against)
    rows: list[Row] = []
    with site.prepared() as data:
        for name in asked.names or SCENARIOS:
            began = time.perf_counter()
            found = SCENARIOS[name].run(asked.mode, data)
            rows += found
            for row in found:
                _say(_line(row, former.get(f"{row.scenario}/{row.case}")))
            _say(f"{'':10}{name} took {time.perf_counter() - began:.0f} s")
    _say(_sum(rows))
    if asked.json:
        asked.json.write_text(json.dumps(_report(asked.mode, rows), indent=1, default=str))
    return 1 if any(row.verdict == "fail" for row in rows) else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Benchmarks of the studio.")
    parser.add_argument("mode", nargs="?", choices=("quick", "full"), default="quick")
    parser.add_argument(
        "names", nargs="*", metavar="name", help=f"any of {', '.join(SCENARIOS)}; all without one"
    )
    parser.add_argument("--json", type=Path, help="write every round and the machine's facts to this file")
    parser.add_argument(
        "--against", type=Path, help="show the change from such a file; 15 %% worse is marked"
    )
    asked = parser.parse_args()
    unknown = set(asked.names) - set(SCENARIOS)
    if unknown:
        parser.error(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(SCENARIOS)}")
    return asked


def _former(path: Path | None) -> dict[str, float]:
    """Return the figures of a former run by scenario and case."""
    if path is None:
        return {}
    rows = json.loads(path.read_text())["rows"]
    return {f"{row['scenario']}/{row['case']}": row["ratio"] or row["ours"] for row in rows}


def _line(row: Row, former: float | None) -> str:
    if row.verdict == "skipped":
        return f"{'skipped':10}{row.scenario:9}{row.case}: {row.why}"
    figure = f"{row.ours:.3g} {row.unit}"
    if row.baseline is not None:
        figure += f" beside {row.baseline:.3g}"
    if row.ratio is not None:
        figure += f" = {row.ratio:.2f} x"
    if row.spread is not None:
        figure += f" ({row.spread[0]:.2g} to {row.spread[1]:.2g}, n {row.n})"
    goal = "" if row.goal is None else f"goal {row.goal:g}"
    noise = f"others {row.foreign:.0%}" if row.foreign else ""
    words = [figure, goal, noise, row.why, _change(row, former)]
    return f"{row.verdict:10}{row.scenario:9}{row.case}: " + ", ".join(word for word in words if word)


def _change(row: Row, former: float | None) -> str:
    now = row.ratio or row.ours
    if not former or not now:
        return ""
    mark = " WORSE" if now / former > WORSE else ""
    return f"{now / former - 1:+.0%} since{mark}"


def _sum(rows: list[Row]) -> str:
    verdicts = [row.verdict for row in rows]
    counts = ((verdict, verdicts.count(verdict)) for verdict in ("pass", "fail", "noisy", "skipped", "told"))
    return ", ".join(f"{count} {verdict}" for verdict, count in counts if count)


def _report(mode: str, rows: list[Row]) -> dict[str, Any]:
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=site.ROOT, capture_output=True, text=True, check=False
    )
    return {
        "mode": mode,
        "commit": commit.stdout.strip(),
        "machine": {
            "cores": os.cpu_count(),
            "system": platform.platform(),
            "python": platform.python_version(),
        },
        "versions": {name: metadata.version(name) for name in VERSIONS},
        "rows": [row.as_dict() for row in rows],
    }


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
