"""Whisper (Radford et al. 2022, arXiv:2212.04356) on a block of speech: its words, with times and probabilities.

Made of the package's own parts, all but its loop `transcribe`: that encodes a block for every decoding and once more
for the words' times, goes over what lies behind the last word even if nobody speaks there, and takes a sentence that
somebody really says again and again for a loop of its own, whereupon it guesses. Here a block is encoded once.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from ..utterances import Word

SAMPLE_RATE_HZ = 16_000  # whatever the file has: at any other rate Whisper hears other voices
# What whisper.transcribe takes for a failure (arXiv:2212.04356, section 4.5), whereupon it tries a higher temperature.
TEMPERATURES = (0.0, 0.4, 0.8)
LEAST_LOG_PROBABILITY = -1.0
MOST_COMPRESSION = 2.4
NO_SPEECH_FROM = 0.6
# A loop ends where the room for tokens does, which is more than anybody says. What is said repeatedly compresses as
# well ("Kids are talking by the door", ten takes of it), but takes its time.
MOST_TOKENS_A_SECOND = 8.0
MOST_TOKENS = 224  # that Whisper writes of 30 s
GO_ON_SECONDS = 1.0  # so much speech behind the last word, or more, is listened to again


Segments = tuple[tuple[Word, ...], ...]  # words with the spaces before them, seconds from the sound's beginning


class Recogniser:
    """A Whisper model that listens in one language; None: it finds out from the first block, and keeps to it."""

    def __init__(self, model: Any, language: str | None = None):
        self._model = model
        self.knows_english_only = not model.is_multilingual
        self.language = language if model.is_multilingual else "en"
        self.language_probability: float | None = None
        """How sure it is of a language it found out."""

    def __call__(self, samples: np.ndarray, speech_after: Callable[[float], float] = lambda seconds: 0.0) -> Segments:
        """`samples` (samples,) float32 at 16 kHz, at most 30 s -> what is said, by Whisper's segments.

        speech_after: seconds of speech after so many seconds, by which is decided whether Whisper stopped too early.
        """
        segments = self._pass(samples)
        at = _end(segments)
        while at and speech_after(at) >= GO_ON_SECONDS:
            more = _later(self._pass(samples[round(at * SAMPLE_RATE_HZ) :]), at)
            segments, before, at = (*segments, *more), at, _end(more)
            if at < before + GO_ON_SECONDS:  # nothing to be had there
                break
        return segments

    def _pass(self, samples):
        import torch
        import whisper

        mel = whisper.log_mel_spectrogram(whisper.pad_or_trim(samples), self._model.dims.n_mels)
        with torch.inference_mode():
            features = self._model.embed_audio(mel[None].to(self._model.device))[0]  # (1500, width)
            result = self._decoded(features, len(samples) / SAMPLE_RATE_HZ)
            return () if _silent(result) else self._timed(result.tokens, features, len(samples))

    def _decoded(self, features, seconds):
        """The result at the first temperature that does not fail; if all do, the likeliest that is no loop."""
        import torch
        import whisper

        tried = []
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)  # a temperature draws lots; the same file shall give the same words
            for temperature in TEMPERATURES:
                options = whisper.DecodingOptions(
                    language=self._known(features), temperature=temperature, sample_len=_room(seconds), fp16=False
                )
                tried.append(result := self._model.decode(features, options))
                looping = result.compression_ratio > MOST_COMPRESSION and self._fast(result.tokens, seconds)
                if _silent(result) or not looping and result.avg_logprob >= LEAST_LOG_PROBABILITY:
                    return result
        at_length = [one for one in tried if not self._fast(one.tokens, seconds)]
        return max(at_length or tried, key=lambda one: one.avg_logprob)

    def _known(self, features):
        if self.language is None:
            _, probabilities = self._model.detect_language(features)
            self.language = max(probabilities, key=probabilities.get)
            self.language_probability = probabilities[self.language]
        return self.language

    def _fast(self, tokens, seconds):
        return sum(token < self._tokenizer.eot for token in tokens) > MOST_TOKENS_A_SECOND * max(seconds, 1.0)

    @property
    def _tokenizer(self):
        from whisper.tokenizer import get_tokenizer  # which keeps them

        languages = self._model.num_languages
        return get_tokenizer(self._model.is_multilingual, num_languages=languages, language=self.language)

    def _timed(self, tokens, features, samples):
        """Segments of words, whose times are found by where the decoder attended to."""
        from whisper.timing import add_word_timestamps

        seconds = samples / SAMPLE_RATE_HZ
        segments = list(_segments(tokens, self._tokenizer, seconds))
        frames = min(-(-samples // 320) * 2, 3000)  # of the spectrogram, 10 ms each; two make a feature
        add_word_timestamps(
            segments=segments, model=Encoded(self._model, features), tokenizer=self._tokenizer, mel=features,
            num_frames=frames, last_speech_timestamp=0.0,
        )  # fmt: skip
        words = ([_word(word, seconds) for word in segment["words"]] for segment in segments)
        return tuple(tuple(segment) for segment in words if segment)


class Encoded:
    """A Whisper model to which encoded sound can be given for its spectrogram."""

    def __init__(self, model: Any, features: Any):
        self._model, self._features = model, features

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    def __call__(self, mel: Any, tokens: Any) -> Any:
        """Logits (1, tokens, vocabulary)."""
        return self._model.decoder(tokens, self._features[None])


def _silent(result):
    return result.no_speech_prob > NO_SPEECH_FROM and result.avg_logprob < LEAST_LOG_PROBABILITY


def _room(seconds):
    """Tokens, time stamps as well: a loop in a short block ends sooner than Whisper's own limit for 30 s."""
    return min(round(1.5 * MOST_TOKENS_A_SECOND * max(seconds, 1.0)) + 4, MOST_TOKENS)


def _segments(tokens, tokenizer, seconds):
    """The text between time stamps, as Whisper's functions want it; a stamp that is missing: the block's edge."""
    stamps = [0.0]
    text = []
    for token in [*tokens, tokenizer.timestamp_begin + round(seconds / 0.02)]:
        if token < tokenizer.eot:
            text.append(token)
        elif token >= tokenizer.timestamp_begin:
            stamps.append((token - tokenizer.timestamp_begin) * 0.02)
            if text:
                yield {"seek": 0, "start": stamps[-2], "end": min(stamps[-1], seconds), "tokens": text}
            text = []


def _word(found, seconds):
    start, end = (min(max(float(found[edge]), 0.0), seconds) for edge in ("start", "end"))
    return Word(found["word"], start, max(start, end), float(found["probability"]))


def _later(segments: Segments, seconds: float) -> Segments:
    return tuple(
        tuple(Word(w.text, w.start_seconds + seconds, w.end_seconds + seconds, w.probability) for w in segment)
        for segment in segments
    )


def _end(segments):
    return max((word.end_seconds for segment in segments for word in segment), default=0.0)
