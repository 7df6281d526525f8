"""Training measures and calibrates on strangers where its corpora allow it, and cards show both figures."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from source import api
from source.core import config
from source.core.errors import DemeanorError
from source.data.clips import SPLITS, Clip
from source.data.store import Manifest, StoreWriter, fingerprint
from source.evaluation.cross_validation import held_out
from source.evaluation.reports import charts
from source.training import checkpoint
from tests.support.stub import pulse_arrays, stub_model

CORPORA = ("one", "two", "three", "ordinary")
FIRST, SECOND = "as it comes", "with a resting pulse"


@pytest.fixture(scope="module")
def stub():
    with stub_model() as stub:
        yield stub


@pytest.fixture
def house(stub, tmp_path, monkeypatch):
    """Three corpora and ordinary speech of a model with two conditions; under the second it is told more."""
    for name in ("DATA_FOLDER", "MODELS_FOLDER"):
        monkeypatch.setattr(config, name, tmp_path / name.lower())
    for chart in ("confusion_matrix", "learning_curves", "reliability_diagram"):
        monkeypatch.setattr(charts, chart, lambda *_: b"")
    for number, corpus in enumerate(CORPORA):
        store_of(stub.spec, corpus, number)

    def conditions(part, _):
        return {FIRST: part, SECOND: part.with_transform(lambda inputs, *_: {"pulse": 2 * inputs["pulse"]})}

    def calibrate(trained, temperatures):
        assert list(temperatures) == [FIRST, SECOND]
        return replace(trained, header=replace(trained.header, temperature=temperatures[FIRST]))

    spec = replace(stub.spec, conditions=conditions, calibrate=calibrate, stranger_seeds=1)
    monkeypatch.setattr(sys.modules["source.pulse"], "SPEC", spec)
    return tmp_path


def store_of(spec, corpus, shift):
    """A corpus whose pulses tell the emotion; each has another level."""
    kind = {"emotion": "neutral", "original": "ordinary"} if corpus == "ordinary" else {}
    clips = [
        Clip(Path(f"{corpus}_{i}.csv"), corpus, i, speaker=f"{corpus} {i // 7}", split=SPLITS[i // 28],
             **(kind or {"emotion": config.EMOTIONS[i % 7]}))
        for i in range(84)
    ]  # fmt: skip
    told = np.array([config.EMOTIONS.index(clip.emotion) - 3 for clip in clips], np.float32)
    arrays = {"pulse": 0.3 * pulse_arrays(84, shift)["pulse"] + told[:, None] + np.float32(shift / 4)}
    writer = StoreWriter(spec.store_folder / corpus, Manifest("pulse", {"beats": 8}, fingerprint(clips)))
    writer.append(clips, arrays, {})
    writer.finish()


@pytest.fixture
def seen(monkeypatch):
    """The clips of each training without a corpus, and of what it answered."""
    every, real = [], held_out.Trials._train_and_answer

    def noted(trials, train, asked, *how):
        every.append([{trials.dataset.clips[row].split for row in rows} for rows in (train, asked)])
        return real(trials, train, asked, *how)

    monkeypatch.setattr(held_out.Trials, "_train_and_answer", noted)
    return every


def train(stub, corpora=CORPORA, **how):
    said = []
    made = api.train(stub.model, corpora, settings=[*stub.words, "epochs=1"], notify=said.append, **how)
    return made, checkpoint.load(made.weights).header, " ".join(said)


@pytest.mark.slow
def test_a_training_calibrates_on_strangers_of_train_and_val(stub, house, seen):
    made, header, said = train(stub)
    measured = header.metrics["strangers"]
    assert measured == json.loads(json.dumps(made.strangers)) and list(measured["corpora"]) == ["one", "two", "three"]
    assert measured["corpora"]["one"] == 56 and measured["always"] == ["ordinary"]
    assert header.temperature == measured["conditions"][FIRST]["temperature"]
    assert all("test" not in splits for part in seen for splits in part) and len(seen) == 3
    assert "one left out, 1 of 3" in said and not (made.folder / "checkpoints" / "strangers").exists()
    card = (made.folder / "model_card.md").read_text(encoding="utf-8")
    table = card.partition("## How good it is")[2].partition("###")[0]
    for name in (FIRST, SECOND):
        lines = [line for line in table.splitlines() if line.startswith(f"| {name} |")]
        assert [line.split(" | ")[1] for line in lines] == ["strangers", "at home, val"]
        for line, scores in zip(lines, (measured["conditions"][name], made.val.conditions[name]), strict=True):
            assert f"{scores['uar']:.1%}".replace("%", " %") in line
    assert "reliability_strangers.png" in card and "corpora left out in turn" in card and "by assumption" in card
    assert (made.folder / "reliability_strangers.png").is_file()


def test_ordinary_speech_is_not_scored_but_its_false_emotions_are_counted(stub, house):
    trained, *_ = train(stub, strangers=0)
    tested = api.test(stub.model, corpora=CORPORA)
    assert trained.val.n == tested.metrics.n == 3 * 28
    ordinary = tested.metrics.ordinary
    assert ordinary["clips"] == 28 and tested.metrics.conditions[SECOND]["ordinary"]["clips"] == 28
    report = (tested.folder / "report.md").read_text(encoding="utf-8")
    assert f"{ordinary['false_clips']:.1%}".replace("%", " %") in report.partition("## Ordinary speech")[2]
    assert f"| {SECOND} |" in report.partition("## Each condition")[2]
    alone = api.test(stub.model, corpora=["ordinary"]).metrics
    assert alone.n == 28 and alone.ordinary["false_clips"] == pytest.approx(ordinary["false_clips"])


def test_strangers_can_be_left_out_and_need_two_corpora(stub, house, seen):
    made, header, _ = train(stub, strangers=0)
    assert made.strangers is None and "strangers" not in header.metrics and header.temperature != 1
    card = (made.folder / "model_card.md").read_text(encoding="utf-8")
    assert "it was not measured" in card and "fitted on val" in card
    made, _, said = train(stub, ["one", "ordinary"])
    assert made.strangers is None and "calibrated on val, not on strangers" in said and not seen
    with pytest.raises(DemeanorError, match="2 corpora or more"):
        train(stub, ["one", "ordinary"], strangers=1)


@pytest.mark.slow
def test_a_training_stopped_among_strangers_goes_on_with_the_next_corpus(stub, house, seen):
    def stop(sentence):
        if sentence.startswith("two left out"):
            raise KeyboardInterrupt

    whole, *_ = train(stub, output=house / "whole")
    with pytest.raises(KeyboardInterrupt):
        api.train(stub.model, CORPORA, settings=[*stub.words, "epochs=1"], notify=stop, output=house / "stopped")
    before = len(seen)
    made, *_ = train(stub, output=house / "stopped", resume=True)
    assert (before, len(seen)) == (5, 6) and made.strangers == whole.strangers
