"""What the terminal says of a recording's prediction."""

from dataclasses import replace

import pytest

from source.cli import render
from source.core import config, units
from source.core.units import clock
from source.results.prediction import Prediction, Reading
from source.results.timeline import mean_probabilities

LABELS = config.EMOTIONS


def window(start, emotion=None, share=0.8, speech=4.0):
    shares = {label: (1 - share) / (len(LABELS) - 1) for label in LABELS} | {emotion: share} if emotion else {}
    return Reading(shares, start_seconds=start, end_seconds=start + 4.0, speech_seconds=speech if emotion else 0.0)


def timeline_of(*readings, seconds=0.0, notes=()):
    overall = Reading(mean_probabilities(readings), speech_seconds=12.34)
    ends = seconds or readings[-1].end_seconds
    return Prediction("clip.wav", "audio", LABELS, readings, notes=notes, seconds=ends, overall=overall)


def test_a_recording_is_shown_by_its_segments():
    readings = [window(t, "happy") for t in range(5)] + [window(t) for t in (5, 6)] + [window(7, "sad", 0.3)]
    lines = list(render.prediction_lines(timeline_of(*readings, notes=("clipped",))))
    assert lines == [
        "clip.wav: happy 69 % over 12.3 s of speech in 11.0 s",
        "clip.wav: clipped",
        "     0:00 to    0:07  happy 80 %",
        "     0:07 to    0:09  no speech",
        "     0:09 to    0:11  not sure (sad 30 %)",
    ]
    assert len(list(render.prediction_lines(timeline_of(window(0, "happy"))))) == 1


def test_a_long_timeline_is_cut_short_and_says_so():
    readings = [window(t, ("happy", "sad")[t % 2]) for t in range(50)]
    lines = list(render.prediction_lines(timeline_of(*readings)))
    assert len(lines) == 22 and lines[-1] == "  ... 30 more; timeline.png shows all"


@pytest.mark.parametrize("count, lines", [(20, 20), (21, 21), (22, 21)])
def test_no_line_says_that_there_is_one_more(count, lines):
    readings = [window(t, ("happy", "sad")[t % 2]) for t in range(count)]
    assert len(list(render.prediction_lines(timeline_of(*readings)))) == 1 + lines


def test_tenths_where_seconds_would_say_nothing():
    shown = replace(timeline_of(window(0, "happy"), window(1, "happy")), pauses=((0.0, 4.5),))
    assert list(render.prediction_lines(shown))[1:] == [
        "   0:00.0 to  0:04.5  no speech", "   0:04.5 to  0:05.0  happy 80 %"
    ]  # fmt: skip


def test_clock():
    assert [clock(seconds) for seconds in (0, 59.4, 59.6, 3599.6, 10_800)] == [
        "0:00",
        "0:59",
        "1:00",
        "1:00:00",
        "3:00:00",
    ]
    assert units.short_duration(59.94) == "59.9 s" and units.short_duration(59.96) == "1:00"
