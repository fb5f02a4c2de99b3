"""Child processes for media work: a file that crashes its decoder costs one call and never the server.

Two pools: `probe` (one worker, short looks at uploads) and `render` (a worker for each core). A child gets at
most 3 GiB of memory, an environment of PATH and LANG, no network where the host allows to take it away, and
ends with the server, even if that is killed. Plain values go in and out. Progress is a few bytes in the
call's folder (`media.share`), so a killed child jams nothing; cancelling a call kills its child.

The pools start with their first call. This module imports no decoder: only the children do.
"""

from __future__ import annotations

from typing import Literal, TypeVar

Name = Literal["probe", "render"]
Result = TypeVar("Result")
