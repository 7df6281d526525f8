"""Readings of overlapping windows as one timeline of segments."""

from dataclasses import replace

import pytest

from source.core import config
from source.results.prediction import Reading
from source.results.timeline import (
    at_most,
    mean_probabilities,
    mean_segment,
    merge_runs,
    non_overlapping,
    without_pauses,
)  # fmt: skip

LABELS = config.EMOTIONS
MOST = 40


def window(start, emotion=None, share=0.8, speech=4.0):
    shares = {label: (1 - share) / (len(LABELS) - 1) for label in LABELS} | {emotion: share} if emotion else {}
    return Reading(shares, start_seconds=start, end_seconds=start + 4.0, speech_seconds=speech if emotion else 0.0)


def test_segments_share_out_the_recording():
    spans = [(0.0, 4.0), (1.0, 5.0), (1.9, 5.9)]
    parts = non_overlapping([Reading({}, start_seconds=start, end_seconds=end) for start, end in spans])
    assert [(part.start_seconds, part.end_seconds) for part in parts] == [(0, 2.5), (2.5, 3.45), (3.45, 5.9)]
    assert non_overlapping([]) == [] and merge_runs([]) == []


def test_a_mean_weighs_speech():
    readings = [window(0, "happy", 0.9, speech=3), window(1, "sad", 0.9, speech=1), window(2)]
    assert mean_probabilities(readings)["happy"] == pytest.approx((0.9 * 3 + 0.1 / 6) / 4)
    assert mean_probabilities([window(0)]) == {} == mean_probabilities([])
    assert mean_segment(non_overlapping(readings)).speech_seconds == 4
    assert mean_probabilities([replace(readings[0], speech_seconds=None)])["happy"] == pytest.approx(0.9)


def test_neighbours_are_merged_to_at_most_so_many_segments():
    readings = [window(t, ("happy", "sad")[t % 2]) for t in range(2 * MOST + 1)]
    drawn = at_most(non_overlapping(readings), MOST)
    assert len(drawn) <= MOST
    assert drawn[0].start_seconds == 0 and drawn[-1].end_seconds == readings[-1].end_seconds
    assert all(a.end_seconds == b.start_seconds for a, b in zip(drawn, drawn[1:], strict=False))


def test_silence_shows_nothing_though_a_window_reaches_beyond_it():
    parts = [Reading({"sad": 1.0}, start_seconds=t, end_seconds=t + 1.0, speech_seconds=3.0) for t in (0.0, 1.0, 2.0)]
    cut = without_pauses(parts, [(0.0, 0.5), (1.0, 2.25)])
    spans = [(part.start_seconds, part.end_seconds, part.summary) for part in cut]
    assert spans == [(0, 0.5, "no speech"), (0.5, 1, "sad over 99 %"), (1, 2, "no speech"), (2, 2.25, "no speech"),
                     (2.25, 3, "sad over 99 %")]  # fmt: skip
    assert without_pauses(parts, []) == parts
    assert [part.end_seconds for part in merge_runs(cut)] == [0.5, 1, 2.25, 3]
