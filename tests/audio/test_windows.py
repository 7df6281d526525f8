"""A stream as overlapping windows."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from source.audio.windows import Windows, batched


def windows_of(blocks, window, hop):
    windows = Windows(window, hop)
    for block in blocks:
        yield from windows.add(block)
    yield from windows.finish()


@given(length=st.integers(1, 170), block=st.integers(1, 200), hop=st.integers(1, 40))
@example(length=59, block=59, hop=10)  # a known mistake of such tools: the first or the last 1.9 of 5.9 s were lost
@example(length=40, block=7, hop=40)
def test_windows_cover_the_stream_however_it_arrives(length, block, hop):
    samples = np.arange(length, dtype=np.float32)
    blocks = (samples[start : start + block] for start in range(0, length, block))
    windows = [(start, window.copy()) for start, window in windows_of(blocks, 40, hop)]
    starts = [*range(0, max(length - 40, 0) + 1, hop)]
    starts += [length - 40] if length > starts[-1] + 40 else []
    assert [start for start, _ in windows] == starts
    for start, window in windows:
        np.testing.assert_array_equal(window, samples[start : start + 40])
    assert windows[-1][1][-1] == samples[-1]


def test_a_hop_longer_than_a_window_skips_nothing():
    assert [start for start, _ in windows_of([np.zeros(100)], 20, 50)] == [0, 20, 40, 60, 80]
    assert list(windows_of([], 20, 5)) == []


def test_memory_does_not_grow_with_the_stream():
    def peak(seconds):
        tracemalloc.start()
        for _ in windows_of((np.zeros(8000, np.float32) for _ in range(seconds)), 32_000, 8000):
            pass
        held = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return held

    assert peak(300) < 1.1 * peak(20)


@pytest.mark.parametrize("items, batches", [(range(5), [[0, 1], [2, 3], [4]]), ([], [])])
def test_batches(items, batches):
    assert list(batched(items, 2)) == batches
