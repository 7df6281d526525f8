"""When each word is said: dynamic time warping over what its tokens attend to in the sound (after whisper.timing).

The package compiles its warping with numba, for three seconds in every process; this one goes by whole diagonals.
"""

from collections.abc import Callable
from itertools import accumulate, pairwise
from types import FunctionType

import numpy as np
import torch
from torch import Tensor
from whisper import timing
from whisper.tokenizer import Tokenizer

from .decoder import BlockDecoder

MEDIAN_FRAMES = 7  # of the filter over what a token attends to
BOTH, ROW, COLUMN = 0, 1, 2  # moves of a warping path: to the next row and column, row, or column


def find_alignment(
    model: tuple[BlockDecoder, Tensor], tokenizer: Tokenizer, text_tokens: list[int], mel: object, num_frames: int
) -> list[timing.WordTiming]:
    """Return the words that `text_tokens` make, with their times and probabilities.

    model: the block's decoder and the heads that tell the time, a sparse (layers, heads). num_frames: of 10 ms, in the
    block's sound. It takes the place of the package's function, which runs the model itself on a spectrogram, `mel`.
    """
    if not text_tokens:
        return []
    decoder, heads = model
    first = len(tokenizer.sot_sequence)
    tokens = [*tokenizer.sot_sequence, tokenizer.no_timestamps, *text_tokens, tokenizer.eot]
    logits, scores = decoder.attention(torch.tensor([tokens]))
    probabilities = logits[first:, : tokenizer.eot].softmax(-1)[range(len(text_tokens)), text_tokens].tolist()
    weights = torch.stack([scores[layer][head] for layer, head in heads.indices().T])[:, :, : num_frames // 2]
    weights = weights.softmax(-1)
    deviation, mean = torch.std_mean(weights, dim=-2, keepdim=True, unbiased=False)
    weights = timing.median_filter((weights - mean) / deviation, MEDIAN_FRAMES).mean(0)
    rows, columns = warping_path(-weights[first:-1].double().numpy())
    words, tokens_of = tokenizer.split_to_word_tokens([*text_tokens, tokenizer.eot])
    times = columns[np.diff(rows, prepend=-1) > 0] / timing.TOKENS_PER_SECOND  # at which each token begins
    edges = pairwise(accumulate(map(len, tokens_of[:-1]), initial=0))
    return [
        timing.WordTiming(word, of_word, times[start], times[end], float(np.mean(probabilities[start:end])))
        for word, of_word, (start, end) in zip(words, tokens_of, edges, strict=False)
    ]


def warping_path(costs: np.ndarray) -> np.ndarray:
    """Return the cheapest path through `costs` (rows, columns), each cell's row and column: (2, cells).

    Of equal ways it takes the one that whisper.timing.dtw takes.

    >>> warping_path(np.array([[0.0, 1.0, 1.0], [1.0, 1.0, 0.0]]))
    array([[0, 0, 1],
           [0, 1, 2]])
    """
    rows, columns = costs.shape
    diagonals = np.full((rows + columns - 1, rows), np.inf)  # cell (row, column) at [row + column, row]
    index = np.arange(rows)[:, None]
    diagonals[index + np.arange(columns), index] = costs
    moves = np.empty(diagonals.shape, np.int8)
    older, old = np.full((2, rows + 1), np.inf)  # what the cells of the last two diagonals cost, behind an edge
    older[0] = 0.0
    for diagonal, move in zip(diagonals, moves, strict=True):
        both, row, column = older[:-1], old[:-1], old[1:]
        move[:] = np.select([(both < row) & (both < column), (row < both) & (row < column)], [BOTH, ROW], COLUMN)
        older, old = old, np.concatenate([[np.inf], diagonal + np.choose(move, [both, row, column])])
    return _backtracked(moves)


def _backtracked(moves: np.ndarray) -> np.ndarray:
    row, column = moves.shape[1] - 1, moves.shape[0] - moves.shape[1]
    path = []
    while row >= 0:
        path.append((row, column))
        move = moves[row + column, row] if column >= 0 else ROW
        row, column = row - (move != COLUMN), column - (move != ROW)
    return np.array(path[::-1]).T


# The package's own, which finds `find_alignment` among its globals.
add_word_timestamps: Callable[..., None] = FunctionType(
    timing.add_word_timestamps.__code__, vars(timing) | {"find_alignment": find_alignment}
)
add_word_timestamps.__kwdefaults__ = timing.add_word_timestamps.__kwdefaults__
