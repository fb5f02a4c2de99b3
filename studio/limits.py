"""How large a request may be and how long a connection may take: plain values that settings hold."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class BodyLimits:
    """The largest bodies in bytes: a slice of an upload, a whole upload form, and any other request."""

    upload_slice: int = 9 * MIB
    upload_form: int = 1025 * MIB
    other: int = 5 * MIB // 2


@dataclass(frozen=True, slots=True)
class Deadlines:
    """How long the server waits, in seconds; tests run with a fraction of these."""

    request: float = 30.0
    """From a connection or the first byte of a request to the last byte of it."""
    body_rate: int = 100_000
    """Bytes a second: each byte of a body that arrives adds its share to the time of its request."""
    idle: float = 60.0
    """A connection that is kept open between two requests."""
    reader: float = 30.0
    """A reader that takes nothing of its answer."""
    linger: float = 2.0
    """After a refusal, so that the sender can still read the sentence."""
    handshake: float = 10.0
    """From a socket's request until the application accepts it."""
    ping_interval: float = 20.0
    ping_timeout: float = 30.0
    hand_back: float = 2.0
    """In a drain: sockets stay open this long for the runner's last words."""
    drain: float = 8.5
    """From the signal until what still runs is cancelled; the answer to a paid call is waited for just less long."""
    gone: float = 10.0
    """From the signal until the process is ended whatever it does."""
