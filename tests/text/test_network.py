"""The text model: MiniLM as it was published, what of it is trained and kept, and that its inputs matter."""

from dataclasses import asdict, replace

import numpy as np
import pytest
import torch

from source.core import pretrained
from source.core.errors import DemeanorError
from source.text import SPEC, minilm
from source.text import network as of_text
from source.text.bert import HEADS, WIDTH
from source.text.features import featurize
from source.text.minilm import CLS, LAYERS, SEP
from source.text.network import TextModel
from source.training import checkpoint
from source.training.checkpoint import Header, Trained
from tests.support.toy import TEXT, text_arrays

LABELS = 7
pytestmark = pytest.mark.slow  # with the real MiniLM


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
def test_an_output_is_the_same_alone_and_in_a_batch(changes):
    network = TextModel(replace(TEXT, **changes), LABELS).eval()
    inputs, count = tensors(text_arrays(20)), 20
    with torch.inference_mode():
        together = network(**inputs)
        alone = torch.cat([network(**{name: value[i : i + 1] for name, value in inputs.items()}) for i in range(count)])
    torch.testing.assert_close(together, alone, atol=1e-4, rtol=1e-4)
    assert together.shape == (count, LABELS)


def test_padding_has_no_effect(network):
    short = {"token_ids": [[CLS, 2100, SEP]], "before_ids": [[0]], "lexicon": [[0.0] * 4]}
    long = short | {"token_ids": [[CLS, 2100, SEP, 0, 0, 0, 0, 0]]}
    with torch.inference_mode():
        logits = [network(**{name: torch.tensor(value) for name, value in inputs.items()}) for inputs in (short, long)]
    torch.testing.assert_close(*logits)


def test_without_a_word_the_logits_are_finite(network):
    inputs = tensors({name: np.stack([array]) for name, array in featurize("", "", TEXT).items()})
    with torch.inference_mode():
        assert torch.isfinite(network(**inputs)).all()
        assert (network.forward_features(**inputs) == 0).all()


@pytest.mark.parametrize("name, used", [("token_ids", True), ("lexicon", True), ("before_ids", False)])
def test_an_input_counts_if_the_settings_say_so(name, used):
    one, other = tensors(text_arrays(6)), tensors(text_arrays(6, seed=1))
    for changes, counts in (({}, used), ({"use_context": True}, True)):
        network = TextModel(replace(TEXT, **changes), LABELS).eval()
        with torch.inference_mode():
            same = torch.allclose(network(**one), network(**(one | {name: other[name]})), atol=1e-5)
        assert same != counts


@pytest.mark.parametrize("layers", [0, 1, LAYERS])
def test_only_trained_weights_are_in_the_state_and_get_a_gradient(layers):
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


@pytest.mark.parametrize("dtype, size", [("float16", 2), ("float32", 4)])
def test_it_comes_back_from_its_file_as_it_was(tmp_path, dtype, size):
    settings = replace(TEXT, weights_dtype=dtype)
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


def test_a_training_may_begin_with_trained_weights_but_not_one_that_is_to_know_nothing(monkeypatch, tmp_path, network):
    header = Header("text", asdict(TEXT), tuple("abcdefg"), "seven", 1.0, {})
    file = checkpoint.save(tmp_path, Trained(SPEC, TEXT, network, header))
    monkeypatch.setattr("source.text.initial.weights_of", lambda model: file)
    further, kept = replace(TEXT, init_from="trained"), checkpoint.load(file).network.head.weight  # float16
    for settings, same in ((TEXT, False), (further, True), (further.for_trial(), False), (TEXT.for_trial(), False)):
        begun = TextModel(settings, LABELS)
        SPEC.initialise(begun, settings, header.labels)
        assert torch.equal(begun.head.weight, kept) == same
    shares = replace(further, init_share=0.25)
    blended = SPEC.fit_after_training(Trained(SPEC, shares, TextModel(shares, LABELS), header), None, None)
    again = SPEC.fit_after_training(replace(blended, settings=further), None, None)
    assert again.network is blended.network and not torch.equal(blended.network.head.weight, kept)
    whole = replace(blended, settings=replace(further, init_share=1.0))
    assert torch.equal(SPEC.fit_after_training(whole, None, None).network.head.weight, kept)
    with pytest.raises(DemeanorError, match="init_from=encoder"):
        SPEC.initialise(TextModel(replace(further, use_lexicon=False), LABELS), further, header.labels)


def test_missing_weights_are_told_in_a_sentence(monkeypatch, tmp_path):
    for kept in (minilm._weights, of_text._embeddings, of_text._frozen_weights):
        kept.cache_clear()
    monkeypatch.setattr("source.core.config.MODELS_FOLDER", tmp_path)
    with pytest.raises(DemeanorError, match="reading words needs it"):
        TextModel(TEXT, LABELS)


def test_weights_that_name_the_affect_head_as_before_0_2_still_load(tmp_path, network):
    from safetensors import safe_open
    from safetensors.torch import load_file, save_file

    header = Header("text", asdict(TEXT), tuple("abcdefg"), "seven", 1.0, {}, metrics={"val": {"scales": {"a": 1}}})
    file = checkpoint.save(tmp_path, Trained(SPEC, TEXT, network, header))
    with safe_open(file, framework="pt") as stream:
        metadata = stream.metadata()
    save_file({name.replace("affect.", "scales."): value for name, value in load_file(file).items()}, file, metadata)
    again = checkpoint.load(file)
    assert set(again.network.state_dict()) == set(network.state_dict())
    assert again.header.metrics == {"val": {"affect": {"a": 1}}}
