"""Whisper (Radford et al. 2022, arXiv:2212.04356) on a block of speech: its words, with times and probabilities.

It uses the package's own parts except its loop `transcribe`, which encodes a block for every decoding and once more for
the words' times, decodes what lies behind the last word even if nobody speaks there, and takes a sentence that somebody
really repeats for a loop of its own, whereupon it guesses. Here a block is encoded once.
"""

from collections.abc import Callable, Iterator, Sequence
from threading import Event
from typing import TYPE_CHECKING, Any

import numpy as np

from ..utterances import Word
from .english import EnglishEar

if TYPE_CHECKING:
    from torch import Tensor
    from whisper import DecodingResult, Whisper
    from whisper.tokenizer import Tokenizer

    from .decoder import BlockDecoder

SAMPLE_RATE_HZ = 16_000  # Whisper's; every recording is resampled to it
# As in whisper.transcribe (arXiv:2212.04356, section 4.5): a decoding that fails is tried at the next temperature.
TEMPERATURES = (0.0, 0.4, 0.8)
LEAST_LOG_PROBABILITY = -1.0
MOST_COMPRESSION = 2.4
NO_SPEECH_FROM = 0.6
# A loop ends only at the limit on tokens, which is more than anybody says. Real repetition compresses as well ("Kids
# are talking by the door", ten takes of it), but takes its time.
MOST_TOKENS_A_SECOND = 8.0
MOST_TOKENS = 224  # that Whisper writes for 30 s
CONTINUE_SECONDS = 1.0  # of speech behind the last word, from which the rest of the block is decoded as well

Segments = tuple[tuple[Word, ...], ...]  # words with the spaces before them, seconds from the block's beginning


class Stopped(Exception):
    """`stop` was called."""


class Recogniser:
    """A Whisper model that recognises one language; None: that of the first block, which it detects.

    The model is only read; other threads may use it.
    """

    def __init__(self, model: "Whisper", language: str | None = None) -> None:
        self._model: Any = model  # its methods are not typed well enough to check
        self.english_only = not model.is_multilingual
        self.language = language if model.is_multilingual else "en"
        self.language_probability: float | None = None
        """Of a detected language."""
        self._english = EnglishEar() if EnglishEar.fits(model) else None
        self._stopped = Event()

    @property
    def english_reading(self) -> float:
        """How English it all sounds to the encoder of an English-only model, from about -1 to 1; 0: it cannot say."""
        return self._english.reading if self._english else 0.0

    def stop(self) -> None:
        """Make the block under way, and any later one, raise Stopped soon."""
        self._stopped.set()

    def __call__(self, samples: np.ndarray, speech_after: Callable[[float], float] = lambda seconds: 0.0) -> Segments:
        """Return the words in `samples` (samples,), float32 at 16 kHz, at most 30 s, by Whisper's segments.

        speech_after: Returns the seconds of speech after a time in seconds, which shows whether Whisper stopped early.
        """
        segments = self._recognise(samples)
        end = _end(segments)
        while end and speech_after(end) >= CONTINUE_SECONDS:
            more = _shifted(self._recognise(samples[round(end * SAMPLE_RATE_HZ) :]), end)
            segments, last_end, end = (*segments, *more), end, _end(more)
            if end < last_end + CONTINUE_SECONDS:  # nothing more is recognised
                break
        return segments

    def _recognise(self, samples: np.ndarray) -> Segments:
        import torch
        import whisper

        from .decoder import BlockDecoder

        seconds = len(samples) / SAMPLE_RATE_HZ
        mel = whisper.log_mel_spectrogram(whisper.pad_or_trim(samples), self._model.dims.n_mels)
        with torch.inference_mode():
            features = self._encode(mel[None])
            if self._english:
                self._english.add(features[0], seconds)
            decoder = BlockDecoder(self._model.decoder, features, self._check)
            result = self._decode(decoder, features, seconds)
            return () if _is_silent(result) else self._with_times(result.tokens, decoder, seconds)

    def _encode(self, mel: "Tensor") -> "Tensor":
        """Return (1, 1500, width), as whisper.model.AudioEncoder does for mel (1, bands, 3000)."""
        from torch.nn.functional import gelu

        encoder = self._model.encoder
        x = gelu(encoder.conv2(gelu(encoder.conv1(mel)))).permute(0, 2, 1) + encoder.positional_embedding
        for block in encoder.blocks:
            self._check()
            x = block(x)
        return encoder.ln_post(x)

    def _check(self) -> None:
        if self._stopped.is_set():
            raise Stopped

    def _decode(self, decoder: "BlockDecoder", features: "Tensor", seconds: float) -> "DecodingResult":
        """Return the result at the first temperature that does not fail; else the likeliest that is not a loop."""
        import torch
        from whisper.decoding import DecodingOptions, DecodingTask

        from .decoder import SamplingDecoder

        # Timestamps included: a loop in a short block ends before Whisper's own limit.
        most_tokens, tried = min(round(1.5 * MOST_TOKENS_A_SECOND * max(seconds, 1.0)) + 4, MOST_TOKENS), []
        language, draw = self._language(features[0]), torch.Generator().manual_seed(0)  # the same words every time
        for temperature in TEMPERATURES:
            task = DecodingTask(self._model, DecodingOptions(language=language, sample_len=most_tokens, fp16=False))
            task.inference, task.decoder = decoder, SamplingDecoder(temperature, self._tokenizer.eot, draw)
            tried.append(result := task.run(features)[0])
            looping = result.compression_ratio > MOST_COMPRESSION and self._is_too_fast(result.tokens, seconds)
            if _is_silent(result) or not looping and result.avg_logprob >= LEAST_LOG_PROBABILITY:
                return result
        no_loops = [result for result in tried if not self._is_too_fast(result.tokens, seconds)]
        return max(no_loops or tried, key=lambda result: result.avg_logprob)

    def _language(self, features: "Tensor") -> str:
        if self.language is None:
            _, probabilities = self._model.detect_language(features)
            self.language = max(probabilities, key=probabilities.get)
            self.language_probability = probabilities[self.language]
        return self.language

    def _is_too_fast(self, tokens: Sequence[int], seconds: float) -> bool:
        return sum(token < self._tokenizer.eot for token in tokens) > MOST_TOKENS_A_SECOND * max(seconds, 1.0)

    @property
    def _tokenizer(self) -> "Tokenizer":
        from whisper.tokenizer import get_tokenizer  # cached there

        languages = self._model.num_languages
        return get_tokenizer(self._model.is_multilingual, num_languages=languages, language=self.language)

    def _with_times(self, tokens: Sequence[int], decoder: "BlockDecoder", seconds: float) -> Segments:
        """Return segments of words, with times by what the decoder attended to."""
        from .alignment import add_word_timestamps

        segments = list(_segments(tokens, self._tokenizer, seconds))
        frames = min(-(-round(seconds * SAMPLE_RATE_HZ) // 320) * 2, 3000)  # 10 ms each; two make a feature
        add_word_timestamps(
            segments=segments, model=(decoder, self._model.alignment_heads), tokenizer=self._tokenizer, mel=None,
            num_frames=frames, last_speech_timestamp=0.0,
        )  # fmt: skip
        words = ([_word(word, seconds) for word in segment["words"]] for segment in segments)
        return tuple(tuple(segment) for segment in words if segment)


def _is_silent(result: "DecodingResult") -> bool:
    return result.no_speech_prob > NO_SPEECH_FROM and result.avg_logprob < LEAST_LOG_PROBABILITY


def _segments(tokens: Sequence[int], tokenizer: "Tokenizer", seconds: float) -> Iterator[dict[str, Any]]:
    """Yield the text between timestamps, as Whisper's functions take it; a missing one is the block's edge."""
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


def _word(word: dict[str, Any], seconds: float) -> Word:
    start, end = (min(max(float(word[edge]), 0.0), seconds) for edge in ("start", "end"))
    return Word(word["word"], start, max(start, end), float(word["probability"]))


def _shifted(segments: Segments, seconds: float) -> Segments:
    return tuple(
        tuple(Word(w.text, w.start_seconds + seconds, w.end_seconds + seconds, w.probability) for w in segment)
        for segment in segments
    )


def _end(segments: Segments) -> float:
    return max((word.end_seconds for segment in segments for word in segment), default=0.0)
