"""A recording played into a stream: all of it, as it happens, at its own pace or as fast as it goes."""

import time

import numpy as np
import pytest

from source.media.decoder import Frame, SoundBlock
from source.results.live import as_they_happen, play
from source.results.prediction import Prediction
from tests.support.video import moving_face, write_video
from tests.support.voice import spoken

RATE_HZ = 16_000


class Log:
    """A stream that notes what it is given, and when."""

    sample_rate_hz = RATE_HZ

    def __init__(self):
        self.frames, self.sound, self.polls, self.end = [], [], 0, None

    def frame(self, rgb, seconds):
        self.frames.append(seconds)

    def samples(self, block, seconds):
        self.sound.append((seconds, len(block)))

    def poll(self):
        self.polls += 1
        return []

    def finish(self, end_seconds=None):
        self.end = end_seconds
        return Prediction("stream", "combined", ("happy",), ())


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    size = (64, 48)
    file = tmp_path_factory.mktemp("live") / "film.mkv"
    return write_video(
        file, seconds=1.2, picture=lambda at: moving_face(at, size), sound=spoken(1.2), size=size, fps=10
    )


def test_all_of_a_recording_is_played(film):
    log = Log()
    prediction = play(film, log, lambda now: None, fast=True)
    assert log.frames == pytest.approx([0, 0.2, 0.4, 0.6, 0.8, 1.0], abs=0.02)
    starts = np.array([start for start, _ in log.sound])
    assert starts[0] == 0 and np.allclose(np.diff(starts), [count / RATE_HZ for _, count in log.sound[:-1]], atol=1e-4)
    assert sum(count for _, count in log.sound) == pytest.approx(1.2 * RATE_HZ, abs=0.05 * RATE_HZ)
    assert log.end == pytest.approx(1.2, abs=0.05) and prediction.source == str(film)


def test_what_a_recording_lacks_is_said_as_it_is_of_a_file(tmp_path):
    size = (64, 48)
    mute = write_video(tmp_path / "mute.mkv", seconds=0.5, picture=lambda at: moving_face(at, size), size=size, fps=10)
    assert play(mute, Log(), lambda now: None, fast=True).notes == ("no sound",)


@pytest.mark.slow
def test_in_real_time_it_takes_as_long_as_it_lasts_and_answers_are_asked_for_meanwhile(film):
    log, seen, started = Log(), [], time.monotonic()
    play(film, log, seen.append)
    assert time.monotonic() - started >= 1.1 and log.polls >= 3
    assert [now.seconds for now in seen] == sorted(now.seconds for now in seen)


def test_frames_that_come_too_late_are_left_out_but_never_sound(film, monkeypatch):
    log = Log()
    monkeypatch.setattr("source.results.live.LATE_SECONDS", -1.0)  # whatever comes is late
    play(film, log, lambda now: None)
    assert log.frames == [] and sum(count for _, count in log.sound) > RATE_HZ


def test_sound_is_there_when_it_is_over_and_before_what_is_seen_later():
    block = SoundBlock(np.zeros(RATE_HZ, np.float32), 0.0)
    frames = [Frame(np.zeros((2, 2, 3), np.uint8), at, 1.0) for at in (0.0, 0.25, 0.5, 2.0)]
    happened = list(as_they_happen([frames[0], block, *frames[1:]], RATE_HZ))
    times = [due for due, _ in happened]
    assert times == sorted(times) and len(happened) == 4 + 10
    assert [event.seconds for _, event in happened if isinstance(event, SoundBlock)] == pytest.approx(
        np.arange(10) / 10
    )
