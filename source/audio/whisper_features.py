"""What Whisper's encoder makes of a voice (Radford et al. 2022, arXiv:2212.04356): it hears more than the words.

The network is tiny.en's encoder, frozen. It is run on the stretch itself, its positional embedding cut to the length,
and not padded to 30 seconds: a tenth of the work, and the statistics are of the voice alone.
"""

from typing import Any

import numpy as np

from ..media.sound.whisper import speech_model

SAMPLE_RATE_HZ = 16_000
LAYERS, WIDTH = 4, 384
FRAME_SAMPLES = 320  # 20 ms: 10 ms of the mel spectrogram, halved by the second convolution
MOST_SECONDS = 30


def layers(waveform: np.ndarray) -> Any:
    """Each layer's answer to `waveform` (samples,) float32 at 16 kHz: a tensor (LAYERS, frames, WIDTH), 20 ms a frame.

    Raises DemeanorError where the weights are missing. Over 30 seconds cannot be heard at once: ValueError.
    """
    import torch
    import torch.nn.functional as F
    from whisper.audio import log_mel_spectrogram

    if len(waveform) > MOST_SECONDS * SAMPLE_RATE_HZ:
        raise ValueError(f"the encoder hears {MOST_SECONDS} seconds at once, not {len(waveform) / SAMPLE_RATE_HZ:.0f}")
    whole = max(1, -(-len(waveform) // FRAME_SAMPLES)) * FRAME_SAMPLES
    samples = torch.zeros(whole)
    samples[: len(waveform)] = torch.from_numpy(np.ascontiguousarray(waveform, np.float32))
    network, answers = speech_model().encoder, []
    with torch.inference_mode():
        x = F.gelu(network.conv1(log_mel_spectrogram(samples)[None]))
        x = F.gelu(network.conv2(x)).permute(0, 2, 1)
        x = x + network.positional_embedding[: x.shape[1]]
        for block in network.blocks:
            x = block(x)
            answers.append(x[0])
    return torch.stack(answers)


def statistics(answers: Any) -> np.ndarray:
    """Mean and standard deviation over time of each layer: (LAYERS, 2 * WIDTH) float16."""
    import torch

    spread = answers.std(1, correction=0)
    return torch.cat([answers.mean(1), spread], 1).numpy().astype(np.float16)
