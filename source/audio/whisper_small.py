"""The first four blocks of Whisper small's encoder (Radford et al. 2022, arXiv:2212.04356), frozen.

It learned from 99 languages. Its weights are part of the repository: 8 bits each, with a scale and a zero point for
each matrix; models/encoder/README.md says where they are from. The package whisper is not imported: that takes longer
than loading them.
"""

import math
from collections.abc import Mapping
from functools import cache
from threading import Lock
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from ..core import pretrained
from ..core.precision import cpu_has_bfloat16
from .torchaudio_import import torchaudio

SAMPLE_RATE_HZ = 16_000
FRAME_SAMPLES = 320  # 20 ms: 10 ms of the mel spectrogram, halved by the second convolution
MOST_FRAMES = 1500  # that there are positions for: 30 s
PADDED_FRAMES = 50  # of which every length is a multiple: torch compiles and keeps its kernels for each length anew
BLOCKS, WIDTH, HEADS = 4, 768, 12
MEL_BANDS, FFT_SAMPLES, HOP_SAMPLES = 80, 400, 160
_ONE_AT_A_TIME = Lock()  # two threads may both be first to ask


class Linear(NamedTuple):
    """Weight (outputs, inputs) and bias (outputs,) of a layer."""

    weight: Tensor
    bias: Tensor


class Block(NamedTuple):
    """A transformer block's weights; of the attention's query, key and value, one matrix."""

    attention_norm: Linear
    attention: Linear
    out: Linear
    norm: Linear
    up: Linear
    down: Linear


def small_encoder() -> "SmallEncoder":
    """Return this process's only instance. Raises DemeanorError where the weights are missing or damaged."""
    with _ONE_AT_A_TIME:
        return _loaded()


@cache
def _loaded() -> "SmallEncoder":
    from safetensors.torch import load_file

    return SmallEncoder(load_file(pretrained.path("encoder")), torch.bfloat16 if cpu_has_bfloat16() else torch.float32)


class SmallEncoder:
    """Waveform -> output of the last block. Threads share it: nothing in it changes.

    Matrices and what they multiply are of type `dtype`; what runs past the blocks stays float32, so that bfloat16 costs
    no more than its rounding within each (cosine to float32 over .9999).
    """

    def __init__(self, weights: Mapping[str, Tensor], dtype: torch.dtype) -> None:
        def matrix(name: str) -> Tensor:
            steps = weights[f"{name}.weight.q"].float() - weights[f"{name}.weight.zero"].float()
            return (steps * weights[f"{name}.weight.scale"]).to(dtype)

        def layer(name: str) -> Linear:
            return Linear(matrix(name), weights[f"{name}.bias"].to(dtype))

        def norm(name: str) -> Linear:
            return Linear(weights[f"{name}.weight"].float(), weights[f"{name}.bias"].float())

        def attention(name: str) -> Linear:
            parts = [f"{name}.{part}" for part in ("query", "key", "value")]
            biases = [weights.get(f"{part}.bias", torch.zeros(WIDTH)) for part in parts]  # the key has none
            return Linear(torch.cat([matrix(part) for part in parts]), torch.cat(biases).to(dtype))

        self.dtype = dtype
        self._convolutions = layer("conv1"), layer("conv2")
        self._blocks = [
            Block(norm(f"{at}.attn_ln"), attention(f"{at}.attn"), layer(f"{at}.attn.out"),
                  norm(f"{at}.mlp_ln"), layer(f"{at}.mlp.0"), layer(f"{at}.mlp.2"))
            for at in (f"blocks.{number}" for number in range(BLOCKS))
        ]  # fmt: skip
        self._positions = positions(MOST_FRAMES)
        self._window = torch.hann_window(FFT_SAMPLES)
        self._filters = torchaudio.functional.melscale_fbanks(
            FFT_SAMPLES // 2 + 1, 0, SAMPLE_RATE_HZ / 2, MEL_BANDS, SAMPLE_RATE_HZ, norm="slaney", mel_scale="slaney"
        ).T

    def __call__(self, waveform: np.ndarray) -> Tensor:
        """Map `waveform` (samples,) float32 at 16 kHz, at most 30 s, to (frames, WIDTH) float32, 20 ms a frame.

        It is filled up to a whole frame with zeros, not to the 30 seconds that Whisper itself reads at once. What the
        network computes further, up to a length of PADDED_FRAMES, no frame attends to. Raises ValueError for more than
        30 seconds.
        """
        if len(waveform) > MOST_FRAMES * FRAME_SAMPLES:
            raise ValueError(f"the encoder takes 30 seconds, not {len(waveform) / SAMPLE_RATE_HZ:.0f}")
        frames = max(1, math.ceil(len(waveform) / FRAME_SAMPLES))
        padded = math.ceil(frames / PADDED_FRAMES) * PADDED_FRAMES
        samples = torch.zeros(frames * FRAME_SAMPLES)
        samples[: len(waveform)] = torch.from_numpy(np.ascontiguousarray(waveform, np.float32))
        is_voice = (torch.arange(padded) < frames)[None, None, None]
        with torch.inference_mode():
            x = F.pad(self.log_mel_spectrogram(samples), (0, 2 * (padded - frames)))[None].to(self.dtype)
            for stride, (weight, bias) in enumerate(self._convolutions, 1):
                x = F.gelu(F.conv1d(x, weight, bias, stride, padding=1))
            x = x[0].T + self._positions[:padded]
            for block in self._blocks:
                x = x + self._attention(F.layer_norm(x, (WIDTH,), *block.attention_norm), block, is_voice)
                inner = F.gelu(F.linear(F.layer_norm(x, (WIDTH,), *block.norm).to(self.dtype), *block.up))
                x = x + F.linear(inner, *block.down).float()
        return x[:frames]

    def log_mel_spectrogram(self, samples: Tensor) -> Tensor:
        """Return what `whisper.audio.log_mel_spectrogram` does: (MEL_BANDS, samples / 160), 80 dB below the loudest."""
        spectrum = torch.stft(samples, FFT_SAMPLES, HOP_SAMPLES, window=self._window, return_complex=True)
        log = (self._filters @ spectrum[:, :-1].abs().square()).clamp(min=1e-10).log10()
        return (torch.maximum(log, log.max() - 8.0) + 4.0) / 4.0

    def _attention(self, x: Tensor, block: Block, is_voice: Tensor) -> Tensor:
        frames = len(x)
        projected = F.linear(x.to(self.dtype), *block.attention).view(frames, 3, HEADS, WIDTH // HEADS)
        query, key, value = projected.permute(1, 2, 0, 3)[:, None]
        heard = F.scaled_dot_product_attention(query, key, value, is_voice)[0].transpose(0, 1).reshape(frames, WIDTH)
        return F.linear(heard, *block.out).float()


def positions(frames: int) -> Tensor:
    """Return Whisper's sinusoids of this many positions: (frames, WIDTH)."""
    rates = torch.exp(-math.log(10_000) / (WIDTH // 2 - 1) * torch.arange(WIDTH // 2))
    angles = torch.arange(frames)[:, None] * rates
    return torch.cat([angles.sin(), angles.cos()], 1)
