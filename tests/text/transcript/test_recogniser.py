"""Whisper on a block of speech, against the package's own functions."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from types import FunctionType, SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from source.core import config
from source.core.errors import DemeanorError
from source.core.loading import without_modules
from source.media.sound.whisper import speech_model
from source.text.transcript import recogniser
from source.text.utterances import Word
from tests.support.voice import spoken

RATE = 16_000
WHISPER = config.MODELS_FOLDER / "pretrained" / "tiny.en.pt"
needs_whisper = pytest.mark.skipif(
    not WHISPER.is_file(), reason=f"{WHISPER.name} is not installed; python setup.py gets it"
)


@pytest.fixture(scope="module")
def network():
    return speech_model()


@needs_whisper
@pytest.mark.slow
def test_a_block_costs_one_pass_of_the_encoder_and_the_same_words_come_twice(network):
    passes = []
    hook = network.encoder.ln_post.register_forward_hook(lambda *_: passes.append(1))
    try:
        first, second = (recogniser.Recogniser(network)(spoken(3.0)) for _ in range(2))
    finally:
        hook.remove()
    assert len(passes) == 2 and first == second
    words = [word for segment in first for word in segment]
    assert all(0 <= word.start_seconds <= word.end_seconds <= 3 and 0 <= word.probability <= 1 for word in words)


@pytest.fixture(scope="module")
def block(network):
    """The sound of a block, encoded: (1, 1500, width), and what the package makes of it."""
    import torch
    import whisper

    mel = whisper.log_mel_spectrogram(whisper.pad_or_trim(spoken(2.0, pitch_hz=180.0, seed=3)))
    with torch.inference_mode():
        features = network.embed_audio(mel[None])
    return features, network.decode(features, whisper.DecodingOptions(language="en", fp16=False))[0]


def block_decoder(network, features):
    from source.text.transcript.decoder import BlockDecoder

    return BlockDecoder(network.decoder, features, lambda: None)


@needs_whisper
@pytest.mark.slow
def test_the_decoder_is_whispers_own_token_by_token(network, block):
    import torch

    features, _ = block
    tokens = torch.tensor([[50257, 50362, 314, 716, 3772, 13, 50256]])
    with torch.inference_mode():
        expected = network.decoder(tokens, features)
        decoder = block_decoder(network, features)
        parts = [decoder.logits(tokens[:, :count]) for count in (2, 3, 4, 5, 6, 7)]
        whole, scores = decoder.attention(tokens)
    torch.testing.assert_close(torch.cat(parts, 1), expected, atol=1e-3, rtol=1e-4)
    torch.testing.assert_close(whole[None], expected, atol=1e-3, rtol=1e-4)
    assert [score.shape for score in scores] == [(6, 7, 1500)] * 4


@needs_whisper
@pytest.mark.slow
@pytest.mark.parametrize("temperature", [0.0, 0.8])
def test_words_are_whispers_own(network, block, monkeypatch, temperature):
    """Whatever it thinks of them: a synthetic voice has no words."""
    import torch
    import whisper

    features, greedy = block
    monkeypatch.setattr(recogniser, "NO_SPEECH_FROM", 2.0)
    monkeypatch.setattr(recogniser, "TEMPERATURES", (temperature,))
    with torch.inference_mode():
        result = recogniser.Recogniser(network)._decode(block_decoder(network, features), features, 2.0)
        torch.manual_seed(0)
        options = whisper.DecodingOptions(language="en", temperature=temperature, fp16=False, sample_len=28)
        expected = network.decode(features, options)[0]
    assert result.tokens == expected.tokens and result.avg_logprob == pytest.approx(expected.avg_logprob, abs=1e-3)


@needs_whisper
@pytest.mark.slow
def test_times_are_whispers_own(network, block):
    import torch
    from whisper import timing
    from whisper.tokenizer import get_tokenizer

    from source.text.transcript.alignment import find_alignment

    features, result = block
    tokenizer = get_tokenizer(False)
    tokens = [token for token in result.tokens if token < tokenizer.eot] or tokenizer.encode(" So it is.")
    with torch.inference_mode():
        decoder = block_decoder(network, features)
        words = find_alignment((decoder, network.alignment_heads), tokenizer, tokens, None, 200)
        network_of_features = type("", (), {"__call__": lambda _, mel, tokens: network.decoder(tokens, mel)})()
        vars(network_of_features).update(
            decoder=network.decoder, dims=network.dims, device=network.device, alignment_heads=network.alignment_heads
        )
        expected = timing.find_alignment(network_of_features, tokenizer, tokens, features[0], 200)
    assert words and [replace(word, probability=0.0) for word in words] == [
        replace(word, probability=0.0) for word in expected
    ]
    assert [word.probability for word in words] == pytest.approx([word.probability for word in expected], abs=1e-4)


costs = st.tuples(st.integers(1, 12), st.integers(1, 30)).flatmap(
    lambda shape: arrays(
        np.float64, shape, elements=st.sampled_from([-1.0, 0.0, 0.5, 0.7]) | st.floats(-9, 9, width=32)
    )
)


@settings(deadline=None, max_examples=50)
@given(costs)
def test_the_warping_path_is_whispers_own(costs):
    with without_modules("numba"):  # not compiled: it would take three seconds
        from whisper import timing

    from source.text.transcript.alignment import warping_path

    plain = getattr(timing.dtw_cpu, "py_func", timing.dtw_cpu)
    doubles = SimpleNamespace(ones=np.ones, inf=np.inf, float32=np.float64)  # as numba adds its single ones up
    dtw = FunctionType(plain.__code__, vars(timing) | {"np": doubles})
    np.testing.assert_array_equal(warping_path(costs), dtw(costs))


@needs_whisper
@pytest.mark.slow
def test_several_threads_may_use_a_model_at_once(network):
    voices = [spoken(1.0, seed=seed) for seed in range(2)]
    alone = [recogniser.Recogniser(network)(voice) for voice in voices]
    with ThreadPoolExecutor(2) as threads:
        together = list(threads.map(lambda voice: recogniser.Recogniser(network)(voice), voices))
    assert together == alone


@needs_whisper
@pytest.mark.slow
def test_a_stopped_recogniser_stops(network):
    ear = recogniser.Recogniser(network)
    ear.stop()
    with pytest.raises(recogniser.Stopped):
        ear(spoken(1.0))


class Multilingual:
    """Stands for a multilingual Whisper."""

    is_multilingual = True
    asked = 0

    def detect_language(self, features):
        self.asked += 1
        return None, {"pl": 0.7, "en": 0.3} if self.asked == 1 else {"en": 1.0}


def test_the_language_is_found_once_and_kept():
    ear = recogniser.Recogniser(Multilingual())
    assert [ear._language(None), ear._language(None)] == ["pl", "pl"] and ear.language_probability == 0.7


def test_what_whisper_left_out_is_decoded_again_but_not_for_ever(monkeypatch):
    ear, given = recogniser.Recogniser(Multilingual()), []
    answers = [((Word(" a", 1.0, 12.0, 0.9),),), ((Word(" b", 0.5, 8.0, 0.9),),), ((Word(" c", 0.0, 0.5, 0.9),),)]
    monkeypatch.setattr(ear, "_recognise", lambda samples: (given.append(len(samples)), answers[len(given) - 1])[1])
    segments = ear(np.zeros(30 * RATE, np.float32), lambda seconds: 29 - seconds)
    assert given == [30 * RATE, 18 * RATE, 10 * RATE]
    assert [(word.text, word.start_seconds, word.end_seconds) for (word,) in segments][1] == (" b", 12.5, 20.0)


@needs_whisper
@pytest.mark.slow
def test_a_model_is_loaded_once_and_knows_which_heads_tell_the_time(network):
    assert speech_model("tiny.en") is network
    assert network.alignment_heads._nnz() == 8  # of tiny.en; 12 by default


def test_a_file_that_is_no_model_is_refused(tmp_path):
    (tmp_path / "base.pt").write_bytes(b"not a model")
    with pytest.raises(DemeanorError):
        speech_model(str(tmp_path / "base.pt"))
