"""Show the paid engines without paying: the studio beside the emulator, on this machine only (`make demo`).

Its data lies in a folder of its own. Every picture and clip of a "provider" is the emulator's, and marked as such.
The emulator forgets its conversations when it ends, so clips of an earlier demo cannot be continued, only folded.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.emulator import REAL, Emulator

PASSWORD = "emulated"
OTHERS = {
    "DATABASE_URL",
    "REDIS_URL",
    "PUBLIC_URL",
    "RUNNER",
    "GOOGLE_GENAI_USE_VERTEXAI",
    "OPENROUTER_API_KEY",
    "OPENROUTER_BASE_URL",
}
"""What would lead the demo to real rows, or to a provider that is paid."""
STEPS = (
    ("manage.py", "collectstatic", "--noinput", "--verbosity", "0"),
    ("manage.py", "migrate", "--noinput", "--verbosity", "0"),
    ("manage.py", "begin"),
)


def environment(data: Path, emulator: Emulator) -> dict[str, str]:
    """Return the environment of a studio whose only provider is the emulator."""
    own = {
        "STUDIO_DATA_DIR": str(data),
        "STUDIO_ADMIN_PASSWORD": PASSWORD,
        "HOST": "127.0.0.1",
        "GEMINI_API_KEY": emulator.key,
        "GEMINI_BASE_URL": emulator.url,
    }
    return {name: value for name, value in os.environ.items() if name not in OTHERS} | own


def serve(data: Path, emulator: Emulator) -> int:
    """Begin where nothing has begun yet, and serve until a signal comes; return the studio's exit code."""
    around = environment(data, emulator)
    for step in STEPS:
        subprocess.run([sys.executable, *step], env=around, check=True, stdout=subprocess.DEVNULL)
    studio = subprocess.Popen([sys.executable, "-m", "studio"], env=around)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: studio.terminate())
    port = around.get("PORT") or "8000"
    sys.stdout.write(
        f"Demo: http://127.0.0.1:{port}/  Sign in as admin, password {PASSWORD}. Gemini is emulated at "
        f"{emulator.url}: nothing is paid, and what it makes is marked. Ctrl-C ends both.\n"
    )
    sys.stdout.flush()
    return studio.wait()


def main() -> None:
    """Start the emulator at the pace of the real provider, and the studio against it."""
    parser = argparse.ArgumentParser(prog="python -m tests.emulator.demo", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("var-demo"))
    with Emulator(pace=REAL) as emulator:
        code = serve(parser.parse_args().data.resolve(), emulator)
    sys.exit(code)


if __name__ == "__main__":
    main()
