"""Frames that are not due are not decoded, and those that are stay the same to the last bit."""

import numpy as np
import pytest

from source.media.decoder import Decoder
from source.media.selection import Selection
from source.media.video import reader
from tests.support.video import write_video

SIZE = (64, 48)
STEADY = np.arange(120) / 30
VARIABLE = np.cumsum(np.random.default_rng(3).choice([0.02, 0.033, 0.05, 0.4], 90))


def frames_of(file, selection):
    with Decoder(file, selection, with_sound=False) as decoder:
        return [(frame.seconds, frame.pixels.tobytes()) for frame in decoder.frames], decoder.seconds_read


@pytest.mark.parametrize("selection", [Selection(), Selection(1.1, 3.3), Selection(frames_per_second=2.5)])
@pytest.mark.parametrize("times", [STEADY, VARIABLE], ids=["steady", "variable"])
def test_the_frames_that_are_due_stay_the_same(times, selection, tmp_path, monkeypatch):
    options = {} if times is STEADY else {"frame_times": times - times[0]}
    file = write_video(tmp_path / "a.mkv", seconds=4, fps=30, size=SIZE, **options)
    decoded, really = [], reader.FrameTimes.__call__
    monkeypatch.setattr(reader.FrameTimes, "__call__", lambda *given: decoded.append(1) or really(*given))
    spared = frames_of(file, selection)
    count = len(decoded)
    monkeypatch.setattr(reader, "can_spare", lambda *_: False)
    assert spared == frames_of(file, selection)
    if times is STEADY and selection == Selection():
        assert count < 0.9 * (len(decoded) - count), "something was spared"
