"""The voice detector: equal to the package's own, deaf to what is no voice, and the same however a stream is cut."""

import subprocess
import sys
import warnings

import numpy as np
import pytest
import torch
from scipy.signal import resample_poly

from source.core import config
from source.media.sound import silero_vad
from source.media.sound.silero_vad import CHUNK_SAMPLES, Silero, VoiceActivity
from tests.support.voice import RATE_HZ, spoken

VOICE = spoken()


def speech_seconds(probabilities):
    return (probabilities >= 0.5).sum() * CHUNK_SAMPLES / 16_000


def heard(waveform, block=None):
    activity = VoiceActivity()
    blocks = np.split(waveform, range(block, len(waveform), block)) if block else [waveform]
    return np.concatenate([*map(activity, blocks), activity.finish()])


@pytest.fixture
def packaged():
    """The package's own model; importing the package sets the number of threads of the whole process."""
    threads = torch.get_num_threads()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import silero_vad

        yield silero_vad.load_silero_vad()
    torch.set_num_threads(threads)


NOISY = np.concatenate([VOICE[2000:4000], VOICE + np.random.default_rng(0).normal(0, 0.02, len(VOICE))])
NOISY = NOISY[: len(NOISY) // CHUNK_SAMPLES * CHUNK_SAMPLES].astype(np.float32)  # loud from the first chunk: no gain


@pytest.mark.slow
def test_equal_to_the_packaged_model(packaged):
    network = Silero()
    found = np.concatenate([network(part) for part in np.split(NOISY, [CHUNK_SAMPLES, 50 * CHUNK_SAMPLES])])
    expected = packaged.audio_forward(torch.from_numpy(NOISY), RATE_HZ)[0].numpy()
    assert found.dtype == np.float32 and 0.1 < (expected > 0.5).mean() < 0.95
    np.testing.assert_allclose(found, expected, atol=1e-4)


def test_the_more_certain_of_two_ears_counts():
    activity = VoiceActivity()
    activity._network = lambda samples: np.array([0.9, 0.1, 0.2], np.float32)
    activity._low_network = lambda samples: np.array([0.1, 0.2, 0.8, 0.3, 0.1, 0.0], np.float32)  # two chunks of each
    np.testing.assert_allclose(activity(VOICE[: 3 * CHUNK_SAMPLES]), [0.9, 0.8, 0.2])


def test_the_low_network_hears_an_octave_lower():
    activity, heard_samples = VoiceActivity(), []
    activity._network = lambda samples: np.zeros(len(samples) // CHUNK_SAMPLES, np.float32)
    activity._low_network = lambda samples: (heard_samples.append(samples), activity._network(samples))[1]
    tone = 0.3 * np.sin(2 * np.pi * 1000 * np.arange(RATE_HZ) / RATE_HZ).astype(np.float32)
    for block in np.split(tone, 5):
        activity(block)
    lower = np.concatenate(heard_samples)
    whole = RATE_HZ // CHUNK_SAMPLES * CHUNK_SAMPLES
    np.testing.assert_allclose(lower[31:], resample_poly(tone[:whole], 2, 1)[:-31], atol=0.01)
    assert np.abs(np.fft.rfft(lower)).argmax() * RATE_HZ / len(lower) == pytest.approx(500, abs=1)


@pytest.mark.parametrize("name, waveform", [
    ("silence", np.zeros(4 * RATE_HZ)),
    ("hiss", np.random.default_rng(0).normal(0, 0.1, 4 * RATE_HZ)),
    ("faint hiss", np.random.default_rng(0).normal(0, 1e-4, 4 * RATE_HZ)),
    ("tone", 0.3 * np.sin(2 * np.pi * 440 * np.arange(4 * RATE_HZ) / RATE_HZ)),
])  # fmt: skip
def test_what_is_no_voice(name, waveform):
    assert speech_seconds(heard(waveform.astype(np.float32))) == 0


@pytest.mark.parametrize("level", [1.0, 0.01])
def test_a_voice_is_heard_where_it_is_and_however_faint(level):
    silence = np.zeros(2 * RATE_HZ, np.float32)
    found = heard(np.concatenate([silence, level * VOICE, silence]).astype(np.float32))
    second = RATE_HZ // CHUNK_SAMPLES
    assert speech_seconds(found[2 * second : 6 * second + 2]) > 2.5
    assert speech_seconds(found[: 2 * second - 2]) == 0 and speech_seconds(found[7 * second :]) == 0


@pytest.mark.parametrize("block", [100, 5000])
def test_how_a_stream_is_cut_has_no_say(block):
    second = VOICE[RATE_HZ : 2 * RATE_HZ]
    np.testing.assert_allclose(heard(second, block), heard(second), atol=1e-4)


def test_a_long_block_is_processed_in_segments(monkeypatch):
    whole = heard(VOICE)
    monkeypatch.setattr(silero_vad, "SEGMENT_SAMPLES", 10 * CHUNK_SAMPLES)
    np.testing.assert_allclose(heard(VOICE), whole, atol=1e-4)


@pytest.mark.parametrize("samples, chunks", [(0, 0), (1, 1), (512, 1), (513, 2), (1024, 2)])
def test_every_sample_is_in_one_chunk(samples, chunks):
    activity = VoiceActivity()
    complete = activity(np.zeros(samples, np.float32))
    assert len(complete) == samples // CHUNK_SAMPLES and len(complete) + len(activity.finish()) == chunks


def test_two_streams_do_not_know_of_each_other():
    one, other = VoiceActivity(), VoiceActivity()
    found = []
    for block in np.split(VOICE, 8):
        found.append(one(block))
        other(np.random.default_rng(0).normal(size=5000).astype(np.float32))
    np.testing.assert_allclose(np.concatenate([*found, one.finish()]), heard(VOICE), atol=1e-4)


def test_the_same_twice_and_nothing_is_changed():
    before = VOICE.copy()
    np.testing.assert_array_equal(heard(VOICE), heard(VOICE))
    np.testing.assert_array_equal(VOICE, before)


@pytest.mark.slow
def test_importing_is_light_and_leaves_the_threads_alone():
    code = (
        "import sys; from source.media.sound.silero_vad import VoiceActivity; assert 'torch' not in sys.modules;"
        "import numpy, torch; torch.set_num_threads(2); VoiceActivity()(numpy.zeros(512, 'f'));"
        "assert torch.get_num_threads() == 2 and 'silero_vad' not in sys.modules"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], cwd=config.ROOT, check=True)
