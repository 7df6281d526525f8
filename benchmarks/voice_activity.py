"""Where somebody speaks, times real time on one thread: ours against the packaged silero-vad, a chunk at a time.

Ours listens three times as long as the sound is: to a stream as it is and, stretched to twice its length, an octave
lower. So it is measured twice: one ear alone, which is the like work with the same answers, and all of it.
"""

from functools import partial

import numpy as np

from benchmarks.measuring import Effort, Row, interleaved, seconds
from benchmarks.synthetic_voices import voice

SECONDS = 120  # of voice in a round
BLOCK_SECONDS = 8  # as in prediction
UNIT = "x real time"


def measure(effort: Effort) -> list[Row]:
    import torch
    from silero_vad import load_silero_vad

    from source.media.sound.silero_vad import CHUNK_SAMPLES, SAMPLE_RATE_HZ, Silero, VoiceActivity

    torch.set_num_threads(1)
    packaged, length = load_silero_vad(), effort.of(SECONDS, least=2 * BLOCK_SECONDS)
    samples = voice(length)[: length * SAMPLE_RATE_HZ // CHUNK_SAMPLES * CHUNK_SAMPLES]
    blocks = np.split(samples, range(BLOCK_SECONDS * SAMPLE_RATE_HZ, len(samples), BLOCK_SECONDS * SAMPLE_RATE_HZ))
    ways = {
        "packaged": partial(by_chunks, packaged, samples, CHUNK_SAMPLES),
        "ear": partial(by_blocks, Silero, blocks),
        "all": partial(by_blocks, VoiceActivity, blocks),
    }
    np.testing.assert_allclose(ways["ear"](), ways["packaged"](), atol=0.001)
    jobs = {name: lambda way=way: length / seconds(way) for name, way in ways.items()}
    rates = interleaved(jobs, effort.repetitions)
    alternative = "silero-vad, chunk by chunk", rates["packaged"]
    return [
        Row("as it is, block by block", UNIT, rates["ear"], *alternative),
        Row("as it is and an octave lower", UNIT, rates["all"], *alternative),
    ]


def by_blocks(listener, blocks) -> np.ndarray:
    """(chunks,) probabilities of speech, by a new listener."""
    listen = listener()
    return np.concatenate([listen(block) for block in blocks])


def by_chunks(packaged, samples, chunk_samples) -> np.ndarray:
    """Return the same, computed by the package."""
    import torch

    packaged.reset_states()
    chunks = torch.from_numpy(samples).split(chunk_samples)
    with torch.no_grad():
        return np.array([packaged(chunk, 16_000).item() for chunk in chunks])
