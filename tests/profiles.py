"""Colour profiles made from bytes: a wide gamut for screens, and inks for print."""

import struct
from itertools import product

WIDE_PRIMARIES = {
    b"rXYZ": (0.5151, 0.2412, -0.0011),
    b"gXYZ": (0.2919, 0.6922, 0.0419),
    b"bXYZ": (0.1572, 0.0666, 0.7841),
}


def wide_gamut_profile() -> bytes:
    """Return an ICC profile with the primaries of Display P3 and a gamma of 2.2 (ICC.1:2010, matrix form)."""
    curve = b"curv" + bytes(4) + struct.pack(">IHxx", 1, round(2.2 * 256))
    # Display P3, adapted to D50 (SMPTE EG 432-1).
    primaries = {name: b"XYZ " + bytes(4) + _fixed(*xyz) for name, xyz in WIDE_PRIMARIES.items()}
    return _profile(b"mntr", b"RGB ", b"XYZ ", primaries | {b"rTRC": curve, b"gTRC": curve, b"bTRC": curve})


def _fixed(*values: float) -> bytes:
    return b"".join(struct.pack(">i", round(value * 65536)) for value in values)


def _profile(device: bytes, space: bytes, connection: bytes, tags: dict[bytes, bytes]) -> bytes:
    """Return an ICC profile: header, table of tags, tags."""
    white = _fixed(0.9642, 1.0, 0.8249)
    tags = {
        b"desc": b"desc" + bytes(4) + struct.pack(">I", 12) + b"Wide gamut\0\0" + bytes(78),
        b"cprt": b"text" + bytes(4) + b"none\0\0\0\0",
        b"wtpt": b"XYZ " + bytes(4) + white,
        **tags,
    }
    table, body = b"", b""
    start = 128 + 4 + 12 * len(tags)
    for name, tag in tags.items():
        table += name + struct.pack(">II", start + len(body), len(tag))
        body += tag + bytes(-len(tag) % 4)
    header = struct.pack(">I4sI4s4s4s", start + len(body), b"none", 0x02400000, device, space, connection)
    header += bytes(12) + b"acsp" + bytes(28) + white
    return header.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body


def ink_profile(inks: dict[tuple[int, ...], tuple[int, int, int]]) -> bytes:
    """Return a CMYK profile of two grid points an ink (ICC.1:2010, lut8Type).

    inks: the Lab colour of each combination of four inks, 1 for full; what is missing is black.
    """

    def code(lab: tuple[int, int, int]) -> bytes:
        return bytes([round(lab[0] * 2.55), lab[1] + 128, lab[2] + 128])

    grid = b"".join(code(inks.get(corner, (0, 0, 0))) for corner in product((0, 1), repeat=4))
    matrix = struct.pack(">9i", *(65536 if at % 4 == 0 else 0 for at in range(9)))
    straight = bytes(range(256))
    table = b"mft1" + bytes(4) + bytes([4, 3, 2, 0]) + matrix + straight * 4 + grid + straight * 3
    return _profile(b"prtr", b"CMYK", b"Lab ", {b"A2B0": table})
