"""Words -> the text model's inputs: one way for training and prediction, nothing lost without a word."""

import warnings
from dataclasses import replace

import numpy as np
import pytest
import torch

from source.core import pretrained
from source.core.errors import DemeanorError
from source.core.spec import DataWarning
from source.text import e5
from source.text.augment import augment
from source.text.features import baseline_features, extract, featurize
from source.text.minilm import CLS, DTYPE, MASK, SEP, tokenizer
from source.text.settings import TextSettings
from source.text.tokens import context_ids, is_longer, utterance_ids
from source.text.utterances import split_context
from source.text.vader import SCORES, lexicon_scores
from tests.support.toy import TEXT, text_arrays

HAPPY = [1045, 2572, 3407]  # "i am happy" in BERT's uncased vocabulary


def written(file, text, encoding="utf-8"):
    file.write_bytes(text.encode(encoding))
    return file


def test_tokens_are_berts():
    settings = replace(TextSettings(), tokens=8, context_tokens=6)
    assert utterance_ids("I am HAPPY", settings).tolist() == [CLS, *HAPPY, SEP, 0, 0, 0]
    assert context_ids("I am happy", settings).tolist() == [*HAPPY, SEP, 0, 0]
    assert not utterance_ids("", settings).any() and not context_ids(" \n", settings).any()
    assert tokenizer().get_vocab_size() <= np.iinfo(DTYPE).max


@pytest.mark.slow
@pytest.mark.skipif(bool(pretrained.problem_with(pretrained.ASSETS["e5"])), reason="E5's file is not installed")
def test_the_words_of_e5_are_those_of_its_file():
    names = {number: piece for piece, (number, _) in e5._file().pieces.items()}
    assert [names[number] for number in (*e5.BEGIN, e5.SEP, e5.UNKNOWN, e5.MASK)] == [
        "<s>", "▁que", "ry", ":", "</s>", "<unk>", "<mask>",
    ]  # fmt: skip
    assert [names[number] for number in e5.token_ids("Ich bin nicht glücklich!")] == [
        "▁Ich", "▁bin", "▁nicht", "▁glücklich", "!",
    ]  # fmt: skip


def test_of_too_long_words_the_beginning_is_read_and_of_the_context_the_end():
    words = "am " * 50 + "happy"
    settings = replace(TextSettings(), tokens=6, context_tokens=4)
    assert utterance_ids(words, settings).tolist() == [CLS, *[2572] * 4, SEP]
    assert context_ids(words, settings).tolist() == [2572, 2572, 3407, SEP]
    assert is_longer(words, settings) and not is_longer("I am so happy", settings)


def test_the_lexicon_is_vaders():
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    text = "This is NOT bad at all, it's GREAT!!!"
    expected = SentimentIntensityAnalyzer().polarity_scores(text)
    np.testing.assert_allclose(lexicon_scores(text), [expected[name] for name in SCORES], rtol=1e-6)
    assert not lexicon_scores("").any()


@pytest.mark.parametrize("text, expected", [
    ("It is.", ("", "It is.")),
    ("> How was it?\n> Tell me.\nAwful.\nReally.", ("How was it?\nTell me.", "Awful.\nReally.")),
    ("> How was it?", ("How was it?", "")),
    ("It is.\n> not context", ("", "It is.\n> not context")),
    ("", ("", "")),
])  # fmt: skip
def test_quoted_lines_at_the_beginning_were_said_before(text, expected):
    assert split_context(text) == expected


def test_a_file_has_the_features_of_its_words(tmp_path):
    expected = featurize("I'm so happy!", "Café?", TEXT)
    for encoding in ("utf-8", "utf-16", "cp1252"):
        features = extract(written(tmp_path / "a b é.txt", "> Café?\nI’m so happy!", encoding), TEXT)
        assert features.keys() == expected.keys() == {"token_ids", "before_ids", "lexicon"}
        for name, array in expected.items():
            np.testing.assert_array_equal(features[name], array)
            assert features[name].dtype == array.dtype


def test_shapes_follow_the_settings_and_the_words_count():
    settings = replace(TextSettings(), tokens=20, context_tokens=5)
    features, other = featurize("I hate it.", "Why?", settings), featurize("I love it.", "Who?", settings)
    assert (
        features["token_ids"].shape == (20,)
        and features["before_ids"].shape == (5,)
        and features["lexicon"].shape == (4,)
    )
    assert not any(np.array_equal(features[name], other[name]) for name in features)  # not "nine zeros"
    assert baseline_features({"lexicon": features["lexicon"][None]}, settings).shape == (1, 4)


def test_a_file_without_words_is_refused(tmp_path):
    for text in ("", "  \n", "> only what was said before"):
        with pytest.raises(DemeanorError, match="holds no words"):
            extract(written(tmp_path / "a.txt", text), TEXT)


def test_what_is_cut_is_warned_of(tmp_path):
    file = written(tmp_path / "a.txt", "very " * 30 + "good")
    with pytest.warns(DataWarning, match="longer than 8 tokens"):
        extract(file, TEXT)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        extract(written(tmp_path / "b.txt", "good"), TEXT)


@pytest.mark.parametrize("changes, words", [
    ({"fine_tuned_layers": 7}, "fine_tuned_layers"), ({"tokens": 2}, "tokens"), ({"tokens": 500}, "512"),
    ({"mixup": 0.2}, "mixup"), ({"weights_dtype": "int8"}, "weights_dtype"), ({"word_dropout": 1.5}, "word_dropout"),
], ids=str)  # fmt: skip
def test_settings_that_cannot_be_are_refused(changes, words):
    with pytest.raises(DemeanorError, match=words):
        replace(TextSettings(), **changes)


def test_masked_words_leave_the_frame_and_the_padding():
    ids = torch.from_numpy(text_arrays(50)["token_ids"])
    framed = (ids == 0) | (ids == CLS) | (ids == SEP)
    for share, masked in ((1.0, ~framed), (0.0, torch.zeros_like(framed))):
        changed = augment({"token_ids": ids}, replace(TEXT, word_dropout=share))["token_ids"]
        assert torch.equal(changed == MASK, masked) and torch.equal(changed[~masked], ids[~masked])
