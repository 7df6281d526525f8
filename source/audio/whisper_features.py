"""Features of a voice from Whisper's encoder (Radford et al. 2022, arXiv:2212.04356), which hears more than words.

An encoder runs, frozen, on the waveform itself, with the positions cut to its length, instead of padding it to 30
seconds: a tenth of the work, and statistics of the voice alone. The setting `encoder` chooses one:

* small: the first four blocks of Whisper small, once over the recording (spans.py). Features of a window are statistics
  of the last block's frames in it that are loud enough to be of the voice.
* tiny.en: the whole encoder, on each window by itself. Features are statistics of every layer.
"""

from typing import TYPE_CHECKING

import numpy as np

from ..media.sound.whisper import speech_model

if TYPE_CHECKING:
    from torch import Tensor

SAMPLE_RATE_HZ = 16_000
FRAME_SAMPLES = 320  # 20 ms: 10 ms of the mel spectrogram, halved by the second convolution
MOST_SECONDS = 30
LAYERS, WIDTH = 4, 384  # of tiny.en
SHAPES = {"tiny.en": (LAYERS, 2 * WIDTH), "small": (1, 2 * 768)}  # of the features: layers, mean and deviation


def layers(waveform: np.ndarray) -> "Tensor":
    """Return each of tiny.en's layers for `waveform` (samples,) float32 at 16 kHz: (LAYERS, frames, WIDTH).

    A frame is 20 ms. Raises DemeanorError where the weights are missing, and ValueError for a waveform of over 30
    seconds.
    """
    import torch
    import torch.nn.functional as F

    if len(waveform) > MOST_SECONDS * SAMPLE_RATE_HZ:
        raise ValueError(f"the encoder takes {MOST_SECONDS} seconds, not {len(waveform) / SAMPLE_RATE_HZ:.0f}")
    samples = torch.zeros(max(1, -(-len(waveform) // FRAME_SAMPLES)) * FRAME_SAMPLES)
    samples[: len(waveform)] = torch.from_numpy(np.ascontiguousarray(waveform, np.float32))
    encoder, outputs = speech_model().encoder, []
    from whisper.audio import log_mel_spectrogram  # not before: `speech_model` imports the package at less cost

    with torch.inference_mode():
        x = F.gelu(encoder.conv1(log_mel_spectrogram(samples)[None]))
        x = F.gelu(encoder.conv2(x)).permute(0, 2, 1)
        x = x + encoder.positional_embedding[: x.shape[1]]
        for block in encoder.blocks:
            x = block(x)
            outputs.append(x[0])
    return torch.stack(outputs)


def frames(waveform: np.ndarray) -> "Tensor":
    """Return small's fourth block for `waveform` (samples,) float32 at 16 kHz: (frames, 768), 20 ms a frame.

    Raises DemeanorError where the weights are missing.
    """
    from .whisper_small import small_encoder

    return small_encoder()(waveform)


def statistics(outputs: "Tensor") -> np.ndarray:
    """Return the mean and standard deviation over time of `outputs` (layers, frames, width).

    They are (layers, 2 * width) float16.
    """
    import torch

    deviation = outputs.std(1, correction=0)
    return torch.cat([outputs.mean(1), deviation], 1).numpy().astype(np.float16)
