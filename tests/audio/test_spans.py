"""Whisper small over a recording, in spans: whatever the blocks are, the same features; nothing is encoded twice."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import cycle

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from source.audio import whisper_features, whisper_small
from source.audio.features import WindowFeatures, extract, featurize
from source.audio.spans import SPAN_SAMPLES, SpanEncoder
from source.audio.whisper_small import SmallEncoder, small_encoder
from source.core import pretrained
from source.core.errors import DemeanorError
from source.core.loading import without_random_weights
from source.core.spec import DataWarning
from source.media.sound import read_sound
from tests.support.toy import AUDIO, wav
from tests.support.voice import spoken

RATE, FRAME = 16_000, 320
SMALL = replace(AUDIO, encoder="small", use_mfcc=False, window_seconds=4.0, normalise_level=False)
few = settings(deadline=None, max_examples=15)


@pytest.fixture
def encoded(monkeypatch):
    """The spans that are encoded, by a stand-in."""
    spans = []
    monkeypatch.setattr(whisper_features, "frames", lambda span: spans.append(np.array(span)) or sums(span))
    return spans


def sums(span):
    """Stand for the encoder, without weights: frames (n, 2) of their samples' sum and their place in the span."""
    made = np.pad(span, (0, -len(span) % FRAME)).reshape(-1, FRAME).sum(1)
    return torch.from_numpy(np.stack([made, np.arange(len(made))], 1)).float()


def noise(seconds, seed=0):
    return np.random.default_rng(seed).normal(size=round(seconds * RATE)).astype(np.float32)


def pushed(samples, sizes=(10**9,), given=SMALL):
    """The features of a stream of these samples, which came in blocks of these sizes, by turns."""
    features, at = WindowFeatures(given), 0
    for size in cycle(sizes):
        if at >= len(samples):
            break
        block = samples[at : at + size].copy()
        features.add(block)
        block[:] = np.nan  # whoever pushes may use its memory again
        at += len(block)
    features.finish()
    return features


def window(features, samples, start, end):
    return features.arrays(start, samples[start:end])["encoder"]


def windows_of(samples):
    return [(start, min(start + 4 * RATE, len(samples))) for start in range(0, max(1, len(samples) - 4 * RATE), RATE)]


@given(st.lists(st.integers(1, 70_000), min_size=1, max_size=4), st.integers(1, 200_000))
@few
def test_how_a_stream_is_cut_into_blocks_changes_nothing(sizes, length):
    with pytest.MonkeyPatch.context() as patch:
        spans = []
        patch.setattr(whisper_features, "frames", lambda span: spans.append(span) or sums(span))
        samples = noise(length / RATE)
        sizes = [max(size, length // 50) for size in sizes]
        one, other = pushed(samples), pushed(samples, sizes)
        for start, end in windows_of(samples):
            np.testing.assert_array_equal(window(one, samples, start, end), window(other, samples, start, end))
        assert one.covered == other.covered == length
        assert [len(span) for span in spans[::2]] == [len(span) for span in spans[1::2]]


def test_each_span_is_encoded_once_and_only_where_a_window_needs_it(encoded):
    samples = noise(21.5)
    features = pushed(samples, (1000,))
    assert not encoded
    for start, end in windows_of(samples)[5:]:  # until then nobody spoke
        window(features, samples, start, end)
        window(features, samples, start, end)
    assert [len(span) for span in encoded] == [SPAN_SAMPLES] * 4 + [round(1.5 * RATE)]
    spans = np.split(samples, range(SPAN_SAMPLES, len(samples), SPAN_SAMPLES))[1:]
    np.testing.assert_allclose(
        np.concatenate(encoded), np.concatenate([span - span.mean() for span in spans]), atol=1e-5
    )


def test_a_constant_offset_makes_no_difference(encoded):
    samples = noise(6.0)
    plain, lifted = (pushed(samples + offset) for offset in (np.float32(0), np.float32(0.5)))
    made = (window(features, samples, 16_000, 80_000) for features in (plain, lifted))
    np.testing.assert_allclose(*made, atol=0.05, rtol=1e-2)


@pytest.mark.parametrize("start", [0, 16_000, 48_000, 50_000, 64_000, 90_000])
def test_a_windows_features_are_numpys_over_its_loud_frames(encoded, start):
    samples = noise(9.0)
    samples[40_000:60_000] *= 10 ** (-35 / 20)
    for span in np.split(samples, range(SPAN_SAMPLES, len(samples), SPAN_SAMPLES)):
        span -= span.mean()
    end = start + 48_000
    made = window(pushed(samples), samples, start, end)
    cells = samples.reshape(-1, FRAME)
    middles = np.arange(len(cells)) * FRAME + FRAME / 2
    inside = (middles >= start) & (middles < end)
    levels = 10 * np.log10(np.square(cells, dtype=np.float64).mean(1))
    kept = inside & (levels > levels[inside].max() - 30)
    assert made.shape == (1, 4) and made.dtype == np.float16 and 0 < kept.sum() <= inside.sum()
    expected = (
        sums(samples[:SPAN_SAMPLES]),
        sums(samples[SPAN_SAMPLES : 2 * SPAN_SAMPLES]),
        sums(samples[2 * SPAN_SAMPLES :]),
    )
    expected = np.concatenate(expected)[kept]
    np.testing.assert_allclose(made[0], [*expected.mean(0), *expected.std(0)], rtol=2e-3, atol=2e-2)


@pytest.mark.parametrize("denoise", [False, True])
def test_a_clip_gives_what_a_stream_of_it_gives(encoded, tmp_path, denoise):
    """The silence that is trimmed around its voice lies under the loudness from which frames count."""
    settings = replace(SMALL, denoise=denoise)
    for samples in (spoken(2.3), np.pad(spoken(1.1), (7000, 9000)), spoken(0.5)[:100], np.zeros(5000, np.float32)):
        clip = extract(wav(tmp_path / "a.wav", samples), settings)["encoder"]
        heard = read_sound(tmp_path / "a.wav", RATE).waveform
        np.testing.assert_array_equal(clip, window(pushed(heard, (999,), settings), heard, 0, len(heard)))
        np.testing.assert_array_equal(clip, featurize(heard, settings)["encoder"])


def test_of_a_longer_clip_the_loudest_part_is_read_from_the_same_spans(encoded, tmp_path):
    samples = noise(9.5) * np.float32(0.02)
    samples[56_000:120_000] *= 8
    with pytest.warns(DataWarning, match="the loudest part was read"):
        made = extract(wav(tmp_path / "a.wav", samples), SMALL)["encoder"]
    heard = read_sound(tmp_path / "a.wav", RATE).waveform
    np.testing.assert_array_equal(made, window(pushed(heard), heard, 56_000, 120_000))


def test_what_is_forgotten_costs_no_memory_and_cannot_be_asked_for(encoded):
    samples, features = noise(60), WindowFeatures(SMALL)
    kept = []
    for start in range(0, len(samples), RATE):
        features.add(samples[start : start + RATE])
        if start >= 8 * RATE:
            asked = start - 8 * RATE
            window(features, samples, asked, asked + 4 * RATE)
            features.forget(asked)
        kept.append(len(features._spans._spans) + len(features._spans._samples))
    assert max(kept) <= 4
    with pytest.raises(ValueError, match="forgotten"):
        window(features, samples, 0, 4 * RATE)
    with pytest.raises(ValueError, match="cover samples up to"):
        features.arrays(58 * RATE, samples[: 4 * RATE])


@pytest.mark.parametrize("encoder", ["none", "tiny.en"])
def test_without_spans_a_window_is_read_by_itself(encoder, monkeypatch):
    monkeypatch.setattr(whisper_features, "layers", lambda heard: torch.full((4, 2, 384), float(len(heard))))
    settings = replace(AUDIO, encoder=encoder)
    samples = spoken(2.5)
    features = pushed(samples, (3000,), settings)
    expected = featurize(samples[RATE : 2 * RATE], settings)
    made = features.arrays(RATE, samples[RATE : 2 * RATE])
    assert features.covered == len(samples) and made.keys() == expected.keys()
    assert all(np.array_equal(made[name], expected[name]) for name in expected)


def test_mfcc_are_of_the_window_beside_it(encoded):
    settings, samples = replace(SMALL, use_mfcc=True), spoken(7.0)
    made = pushed(samples, given=settings).arrays(2 * RATE, samples[2 * RATE : 6 * RATE])
    expected = featurize(samples[2 * RATE : 6 * RATE], replace(settings, encoder="none"))
    assert made.keys() == {"mfcc", "voiced", "encoder"}
    assert all(np.array_equal(made[name], expected[name]) for name in expected)


# --- The network -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def weights():
    from safetensors.torch import load_file

    return load_file(pretrained.path("encoder"))


def whispers_encoder(weights):
    """Whisper's own network with the same weights."""
    from whisper.model import AudioEncoder

    state = {"ln_post.weight": torch.ones(768), "ln_post.bias": torch.zeros(768)}
    for name, value in weights.items():
        if name.endswith(".q"):
            zero, scale = (weights[f"{name.removesuffix('q')}{part}"].float() for part in ("zero", "scale"))
            state[name.removesuffix(".q")] = (value.float() - zero) * scale
        elif not name.endswith((".scale", ".zero")):
            state[name] = value.float()
    with without_random_weights():
        network = AudioEncoder(80, 1500, 768, 12, 4)
    missing, unexpected = network.load_state_dict(state, strict=False)
    assert not unexpected and missing in ([], ["positional_embedding"])
    return network.eval()


@pytest.mark.slow
def test_it_is_whispers_own_encoder(weights):
    """But for its last norm, and with its positions cut to the length."""
    from whisper.audio import log_mel_spectrogram

    frames, network = 67, whispers_encoder(weights)
    samples = spoken(2.0)[: frames * FRAME]
    network.ln_post, network.positional_embedding = torch.nn.Identity(), network.positional_embedding[:frames]
    with torch.inference_mode():
        expected = network(log_mel_spectrogram(torch.from_numpy(samples))[None])[0]
    exact = SmallEncoder(weights, torch.float32)(samples)
    torch.testing.assert_close(exact, expected, atol=1e-3, rtol=1e-3)
    rounded = SmallEncoder(weights, torch.bfloat16)(samples)
    assert torch.cosine_similarity(rounded, expected).min() > 0.999


@pytest.mark.slow
@pytest.mark.parametrize(("samples", "count"), [(0, 1), (1, 1), (320, 1), (321, 2), (16_000, 50)])
def test_it_hears_any_length_a_frame_each_20_ms(samples, count):
    made = whisper_features.frames(spoken(1.0)[:samples])
    assert made.shape == (count, 768) and made.dtype == torch.float32 and torch.isfinite(made).all()


@pytest.mark.slow
def test_threads_share_one_network(monkeypatch):
    whisper_small._loaded.cache_clear()
    with ThreadPoolExecutor(4) as pool:
        assert len({id(network) for network in pool.map(lambda _: small_encoder(), range(8))}) == 1


def test_missing_weights_are_one_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(pretrained, "BROUGHT_ALONG", tmp_path)
    whisper_small._loaded.cache_clear()
    with pytest.raises(DemeanorError, match=r"whisper_small.* is missing, and reading voices .* needs it"):
        whisper_features.frames(spoken(0.5))
    whisper_small._loaded.cache_clear()


def test_more_than_there_are_positions_for_is_an_error():
    network = object.__new__(SmallEncoder)
    with pytest.raises(ValueError, match="30 seconds, not 31"):
        network(np.zeros(31 * RATE, np.float32))


def test_a_look_ahead_hears_to_the_end_and_changes_nothing(monkeypatch):
    def frames(samples):
        return torch.from_numpy(np.resize(samples, (-(-len(samples) // FRAME), 768)).astype(np.float32))

    monkeypatch.setattr(whisper_features, "frames", frames)
    sound = np.random.default_rng(0).normal(0, 0.1, 9 * RATE).astype(np.float32)
    looked, plain = SpanEncoder(), SpanEncoder()
    for start in range(0, len(sound), RATE):
        for voice in (looked, plain):
            voice.add(sound[start : start + RATE])
        end = start + RATE
        with looked.as_if_over():
            assert looked.covered == end and looked.statistics(max(end - 4 * RATE, 0), end).shape[-1] == 1536
        assert looked.covered == plain.covered
    for voice in (looked, plain):
        voice.finish()
    assert np.array_equal(looked.statistics(4 * RATE, 9 * RATE), plain.statistics(4 * RATE, 9 * RATE))
