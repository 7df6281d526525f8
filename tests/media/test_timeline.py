"""Blocks at their times -> samples in a row."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from source.media.sound.timeline import BREAK_SECONDS, TOLERANCE_SECONDS, SoundTimeline, stretched

RATE_HZ = 1000
NOISE = np.random.default_rng(0).normal(size=8 * RATE_HZ).astype(np.float32)
cuts = st.lists(st.integers(1, 2000), min_size=1, max_size=30)
quick = settings(deadline=None, max_examples=40)


def pieces(samples, lengths):
    """`samples` cut into blocks of these lengths, over and over, each with the number of its first sample."""
    at, turn = 0, 0
    while at < len(samples):
        length = lengths[turn % len(lengths)]
        yield samples[at : at + length], at
        at, turn = at + length, turn + 1


def placed(runs, lengths):
    """The samples of `runs`, (samples, seconds) each, cut into blocks of `lengths`; and the notes."""
    timeline = SoundTimeline(RATE_HZ)
    given_back = [
        timeline.add(block, seconds + at / RATE_HZ)
        for samples, seconds in runs
        for block, at in pieces(samples, lengths)
    ]
    assert timeline.samples == sum(map(len, given_back))
    return np.concatenate(given_back), timeline.notes


def by_hand(runs):
    """Slow and plain: each sample at its place, those that came first stay."""
    whole = np.zeros(0, np.float32)
    for samples, seconds in runs:
        start = round(seconds * RATE_HZ)
        whole = np.concatenate((whole, np.zeros(max(start - len(whole), 0), np.float32)))
        whole = np.concatenate((whole, samples[len(whole) - start :]))
    return whole


@quick
@given(cuts)
def test_what_has_no_gap_passes_unchanged(lengths):
    whole, notes = placed([(NOISE, 0.0)], lengths)
    np.testing.assert_array_equal(whole, NOISE)
    assert notes == ()


@quick
@given(st.lists(st.tuples(st.integers(300, 3000), st.integers(-250, 1500)), min_size=1, max_size=5), cuts)
def test_gaps_become_silence_and_overlaps_are_cut_however_it_comes_in_blocks(runs, lengths):
    """What is off by less than the tolerance is no gap; in between, sound is stretched: see below."""
    timed, seconds = [], 0.0
    for samples, apart in runs:
        if abs(apart) <= BREAK_SECONDS * RATE_HZ:
            apart = 0
        seconds = max(seconds + apart / RATE_HZ, 0.0)
        timed.append((NOISE[:samples], seconds))
        seconds += samples / RATE_HZ
    whole, notes = placed(timed, lengths)
    np.testing.assert_array_equal(whole, by_hand(timed))
    assert len(notes) <= sum(apart >= 500 for _, apart in runs)


@quick
@given(st.floats(-0.006, 0.006), st.integers(50, 500), st.floats(0, 0.01), st.randoms(use_true_random=False))
def test_drift_and_jitter_are_followed(drift, length, jitter, draw):
    """Each block is heard within 30 ms of its time, and no block is changed by more than a hundredth."""
    timeline = SoundTimeline(RATE_HZ)
    for block, at in pieces(NOISE, [length]):
        seconds = at / RATE_HZ * (1 + drift)
        before = timeline.seconds
        given_back = timeline.add(block, max(seconds + draw.uniform(-jitter, jitter), 0.0))
        assert abs(before - seconds) <= TOLERANCE_SECONDS + jitter + length / RATE_HZ * abs(drift) + 0.003
        assert abs(len(given_back) - len(block)) <= 0.01 * max(len(block), RATE_HZ)
    assert timeline.notes == ()


@quick
@given(st.integers(100, 400), st.integers(-4, 4))
def test_stretched_keeps_the_shape(samples, change):
    tone = np.sin(2 * np.pi * np.arange(samples) / 50).astype(np.float32)
    longer = stretched(tone, samples + change)
    expected = np.sin(2 * np.pi * np.arange(samples + change) * samples / (samples + change) / 50)
    assert longer.dtype == np.float32 and len(longer) == samples + change
    np.testing.assert_allclose(longer[:-2], expected[:-2], atol=0.01)


def test_silence_up_to_a_time():
    timeline = SoundTimeline(RATE_HZ)
    assert len(timeline.pad_to(1.5)) == 1500 and not len(timeline.pad_to(1.0)) and timeline.seconds == 1.5
    assert len(timeline.add(NOISE[:1000], 1.0)) == 500, "what was padded is not heard twice"
    assert timeline.notes == ()
