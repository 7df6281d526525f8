"""Several voices at once, and music behind one, are noted; one voice is not."""

import numpy as np
import pytest
import soxr

from source.audio import mixtures
from source.audio.mixtures import MIXTURES, mixture_notes
from source.audio.spans import SpanEncoder
from source.core import config
from source.media.sound import read_sound
from tests.support.voice import RATE_HZ, spoken

SEVERAL, MUSIC = MIXTURES.values()


def test_each_window_gets_its_own_notes(monkeypatch):
    monkeypatch.setattr(mixtures, "_weights", lambda: (np.eye(2, dtype=np.float32), np.float32([-1, -2])))
    features = np.float16([[[0, 0]], [[2, 0]], [[0, 3]], [[2, 3]]])
    assert mixture_notes(features) == [(), (SEVERAL,), (MUSIC,), (SEVERAL, MUSIC)]


def notes_on(waveform):
    spans = SpanEncoder()
    spans.add(waveform.astype(np.float32))
    spans.finish()
    return mixture_notes(spans.statistics(0, len(waveform))[None])[0]


@pytest.mark.slow
def test_one_voice_two_at_once_and_music():
    """By the encoder and the weights that are shipped."""
    speech = read_sound(config.CLONE / "input_files" / "demo_clip.mp4", RATE_HZ).waveform
    lower = soxr.resample(speech, 0.8 * RATE_HZ, RATE_HZ)
    first, second = speech[RATE_HZ : 5 * RATE_HZ], lower[15 * RATE_HZ : 19 * RATE_HZ]
    assert notes_on(first) == notes_on(second) == notes_on(spoken()) == ()
    assert notes_on(first + second) == (SEVERAL,)
    seconds = np.arange(4 * RATE_HZ) / RATE_HZ
    chord = sum(np.sin(2 * np.pi * hertz * seconds * n) / n for hertz in (220, 277.2, 329.6) for n in (1, 2, 3, 4))
    assert notes_on(spoken() + 0.2 * chord * np.exp(-4 * (seconds % 0.5))) == (MUSIC,)
