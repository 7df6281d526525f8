"""The text model: MiniLM as it was published, what of it is trained and kept, and that its inputs matter."""

from dataclasses import asdict, replace

import numpy as np
import pytest
import torch

from source.core import pretrained
from source.core.errors import DemeanorError
from source.text import SPEC, minilm
from source.text.features import featurize
from source.text.minilm import HEADS, WIDTH
from source.text.network import TextModel
from source.text.settings import LAYERS, TextSettings
from source.text.tokens import CLS, SEP
from source.training import checkpoint
from source.training.checkpoint import Header, Trained
from tests.support.toy import TEXT, text_arrays

LABELS = 7


def tensors(arrays):
    return {name: torch.from_numpy(array) for name, array in arrays.items()}


@pytest.fixture(scope="module")
def network():
    return TextModel(TEXT, LABELS).eval()


def reference(token_ids: list[int]) -> np.ndarray:
    """BERT's forward pass (Devlin et al. 2019) in numpy, from the file's weights: (T, WIDTH)."""
    from safetensors.numpy import load_file
    from scipy.special import erf, softmax

    w = load_file(pretrained.path("minilm"))

    def normal(x, name):
        x = x - x.mean(1, keepdims=True)
        return x / np.sqrt((x**2).mean(1, keepdims=True) + 1e-12) * w[f"{name}.weight"] + w[f"{name}.bias"]

    def dense(x, name):
        return x @ w[f"{name}.weight"].T + w[f"{name}.bias"]

    part = "embeddings."
    x = w[f"{part}word_embeddings.weight"][token_ids] + w[f"{part}position_embeddings.weight"][: len(token_ids)]
    x = normal(x + w[f"{part}token_type_embeddings.weight"][0], f"{part}LayerNorm")
    for layer in (f"encoder.layer.{number}." for number in range(LAYERS)):
        q, k, v = (
            dense(x, f"{layer}attention.self.{name}").reshape(len(x), HEADS, -1).transpose(1, 0, 2)
            for name in ("query", "key", "value")
        )
        heads = softmax(q @ k.transpose(0, 2, 1) / np.sqrt(WIDTH / HEADS), axis=-1) @ v
        attended = dense(heads.transpose(1, 0, 2).reshape(len(x), WIDTH), f"{layer}attention.output.dense")
        x = normal(x + attended, f"{layer}attention.output.LayerNorm")
        inner = dense(x, f"{layer}intermediate.dense")
        gelu = inner * (1 + erf(inner / np.sqrt(2))) / 2
        x = normal(x + dense(gelu, f"{layer}output.dense"), f"{layer}output.LayerNorm")
    return x


def test_the_encoder_is_the_published_one():
    ids = [CLS, 1045, 2572, 3407, 999, SEP]
    network = TextModel(replace(TEXT, fine_tuned_layers=2), 0).eval()
    inputs = {"token_ids": torch.tensor([ids + [0, 0]]), "before_ids": torch.zeros(1, 4), "lexicon": torch.zeros(1, 4)}
    with torch.inference_mode():
        found = network.forward_features(**inputs)[0, :WIDTH].numpy()
    np.testing.assert_allclose(found, reference(ids).mean(0), atol=1e-4)


@pytest.mark.parametrize("changes", [{}, {"use_context": True}, {"use_lexicon": False}], ids=str)
@pytest.mark.parametrize("count", [1, 40])
def test_an_answer_is_the_same_alone_and_in_company(changes, count):
    network = TextModel(replace(TEXT, **changes), LABELS).eval()
    inputs = tensors(text_arrays(count))
    with torch.inference_mode():
        together = network(**inputs)
        alone = torch.cat([network(**{name: value[i : i + 1] for name, value in inputs.items()}) for i in range(count)])
    torch.testing.assert_close(together, alone, atol=1e-4, rtol=1e-4)
    assert together.shape == (count, LABELS)


def test_padding_has_no_say(network):
    short = {"token_ids": [[CLS, 2100, SEP]], "before_ids": [[0]], "lexicon": [[0.0] * 4]}
    long = short | {"token_ids": [[CLS, 2100, SEP, 0, 0, 0, 0, 0]]}
    with torch.inference_mode():
        answers = [network(**{name: torch.tensor(value) for name, value in inputs.items()}) for inputs in (short, long)]
    torch.testing.assert_close(*answers)


def test_what_has_no_word_is_answered_all_the_same(network):
    inputs = tensors({name: np.stack([array]) for name, array in featurize("", "", TEXT).items()})
    with torch.inference_mode():
        assert torch.isfinite(network(**inputs)).all()
        assert (network.forward_features(**inputs) == 0).all()


@pytest.mark.parametrize("name, used", [("token_ids", True), ("lexicon", True), ("before_ids", False)])
def test_an_input_counts_if_the_settings_say_so(name, used):
    """Peers feed zeros in the words' place: here other words are another answer."""
    one, other = tensors(text_arrays(6)), tensors(text_arrays(6, seed=1))
    for changes, counts in (({}, used), ({"use_context": True}, True)):
        network = TextModel(replace(TEXT, **changes), LABELS).eval()
        with torch.inference_mode():
            same = torch.allclose(network(**one), network(**(one | {name: other[name]})), atol=1e-5)
        assert same != counts


@pytest.mark.parametrize("layers", [0, 1, LAYERS])
def test_only_what_is_trained_is_kept_and_gets_a_gradient(layers):
    network = TextModel(replace(TEXT, fine_tuned_layers=layers), LABELS)
    assert not any(name.startswith("pretrained") for name in network.state_dict())
    network(**tensors(text_arrays(8))).sum().backward()
    trained = {name for name, parameter in network.named_parameters() if parameter.requires_grad}
    assert trained == {name for name, parameter in network.named_parameters() if parameter.grad is not None}
    assert trained == set(network.state_dict()) - {"affect.weight", "affect.bias", "affect.fitted"}
    assert len({name.split(".")[1] for name in trained if name.startswith("layers.")}) == layers


def test_the_untrained_layers_never_drop_anything(network):
    training = TextModel(replace(TEXT, fine_tuned_layers=0, dropout=0.0), LABELS).train()
    inputs = tensors(text_arrays(6))
    assert torch.equal(training(**inputs), training(**inputs))


@pytest.mark.parametrize("stored, size", [("float16", 2), ("float32", 4)])
def test_it_comes_back_from_its_file_as_it_was(tmp_path, stored, size):
    settings = replace(TEXT, weights_dtype=stored)
    network = SPEC.build(settings, LABELS).eval()
    network.load_state_dict({k: v.half() if v.is_floating_point() else v for k, v in network.state_dict().items()})
    labels = tuple("abcdefg")
    header = Header("text", asdict(settings), labels, "seven", 1.0, {})
    file = checkpoint.save(tmp_path, Trained(SPEC, settings, network, header))
    numbers = sum(tensor.numel() for tensor in network.state_dict().values())
    assert file.stat().st_size < size * numbers + 100_000
    again, arrays = checkpoint.load(file), text_arrays(5)
    with torch.inference_mode():
        np.testing.assert_array_equal(again.logits(arrays), network(**tensors(arrays)).numpy())


@pytest.mark.parametrize("changes, words", [
    ({"fine_tuned_layers": 7}, "fine_tuned_layers"), ({"tokens": 2}, "tokens"), ({"tokens": 500}, "512"),
    ({"mixup": 0.2}, "mixup"), ({"weights_dtype": "int8"}, "weights_dtype"), ({"word_dropout": 1.5}, "word_dropout"),
], ids=str)  # fmt: skip
def test_settings_that_cannot_be_are_refused(changes, words):
    with pytest.raises(DemeanorError, match=words):
        replace(TextSettings(), **changes)


def test_hidden_words_leave_the_frame_and_the_padding():
    inputs = tensors(text_arrays(50))
    changed = SPEC.augment(inputs, replace(TEXT, word_dropout=1.0))["token_ids"]
    framed = (inputs["token_ids"] == 0) | (inputs["token_ids"] == CLS) | (inputs["token_ids"] == SEP)
    assert torch.equal(changed == 103, ~framed)
    assert torch.equal(changed[framed], inputs["token_ids"][framed])


def test_missing_weights_are_told_in_a_sentence(monkeypatch, tmp_path):
    for kept in (minilm._weights, minilm._layer_weights):
        kept.cache_clear()
    monkeypatch.setattr("source.core.config.MODELS_FOLDER", tmp_path)
    with pytest.raises(DemeanorError, match="reading words needs it"):
        TextModel(TEXT, LABELS)
