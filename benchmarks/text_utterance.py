"""An utterance, from its words to its probabilities and affect dimensions, on one thread: by itself, and 256 at a time.

The sentence has 14 words, as the mean of the corpora has 13. The alternative is MiniLM's six layers alone, called on
the same tokens without padding, or on a batch of them, in float32; ours computes in bfloat16 where the processor does.
"""

from functools import partial
from typing import Any

import numpy as np

from benchmarks.measuring import Effort, Row, interleaved, seconds
from benchmarks.synthetic import untrained
from source.core import pretrained

SENTENCE = "I can't believe you did this, and on the very day we wanted to leave!"
BATCH = 256
CALLS = 40  # of single utterances in a round
ALONE = "MiniLM alone"
SINGLE, MANY = "an utterance by itself, one thread", f"an utterance of {BATCH} at a time, one thread"


def measure(effort: Effort) -> list[Row]:
    import torch

    if pretrained.problem_with(pretrained.ASSETS["minilm"]):
        return [Row(f"{what} (for want of MiniLM's weights)", "ms", ()) for what in (SINGLE, MANY)]
    torch.set_num_threads(1)
    trained, calls = untrained("text"), effort.of(CALLS)
    jobs = {
        "one": partial(milliseconds, trained, 1, calls),
        "one alone": partial(milliseconds_alone, trained, 1, calls),
        "many": partial(milliseconds, trained, effort.of(BATCH), 1),
        "many alone": partial(milliseconds_alone, trained, effort.of(BATCH), 1),
    }
    took = interleaved(jobs, effort.repetitions)
    return [
        Row(SINGLE, "ms", took["one"], ALONE, took["one alone"], "median <= 10"),
        Row(MANY, "ms", took["many"], ALONE, took["many alone"], "median <= 10"),
    ]


def milliseconds(trained: Any, count: int, calls: int) -> float:
    from source.text.inference import TextQuery, infer

    queries = [TextQuery(SENTENCE)] * count
    return seconds(lambda: infer(queries, trained), calls) * 1000 / count


def milliseconds_alone(trained: Any, count: int, calls: int) -> float:
    import torch

    from source.text.tokens import utterance_ids

    ids = utterance_ids(SENTENCE, trained.settings)
    tokens = torch.from_numpy(np.tile(ids[ids > 0].astype(np.int64), (count, 1)))
    network, places = trained.network, torch.arange(tokens.shape[1])[None]

    def layers():
        hidden = network.pretrained["embeddings"](tokens, places)
        for layer in (*network.pretrained["layers"], *network.layers):
            hidden = layer(hidden)

    with torch.inference_mode():
        return seconds(layers, calls) * 1000 / count
