"""Memory given back to the system, where the C library can."""

import sys
from pathlib import Path

import pytest

from source.core import memory


def resident_bytes():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="of glibc")
def test_what_is_free_is_given_back():
    memory.share_arenas()
    held = [bytearray(50_000) for _ in range(2000)]  # too small to be given back by itself
    full = resident_bytes()
    held[:-1] = []
    memory.give_back()
    assert full - resident_bytes() > 60e6


def test_another_c_library_is_no_error(monkeypatch):
    monkeypatch.setattr(memory.ctypes, "CDLL", lambda name: object())
    memory.share_arenas()
    memory.give_back()
