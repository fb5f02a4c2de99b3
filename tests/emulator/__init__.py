"""The provider on loopback: Gemini's Developer API, Vertex and OpenRouter, strict, with a ledger and faults.

    with Emulator() as emulator:                       # GEMINI_BASE_URL = emulator.url, the key is emulator.key
        emulator.fault(503, attempt="…", times=2)      # or "lost", "held", "blocked" …: the table is in `faults`
        …
        assert emulator.ledger.tally() == {"…": 1}

`python -m tests.emulator --port 9040 --pace real` runs it alone. An error of its own fails the test at the end.

server, wire     sockets: one request at a time, by h11, and what breaks them
routes           which address is answered by what
facts, check…, shapes    what models can do, and the refusal of everything else
interactions, files, generate, veo, openrouter, hooks, stream     the provider's calls
faults, blows, outcomes    what goes wrong on command
media            the pictures and clips, plainly marked
ledger, clock, world     what happened, when, and what there is
"""

from tests.emulator.emulator import Emulator
from tests.emulator.faults import Fault
from tests.emulator.ledger import Ledger
from tests.emulator.world import REAL, Pace

__all__ = ["REAL", "Emulator", "Fault", "Ledger", "Pace"]
