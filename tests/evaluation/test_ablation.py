"""What each modality is worth: the same clips with some hidden, late fusion by fitted weights, gains with intervals."""

import json
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, f1_score, recall_score

from source import api
from source.combined import SPEC
from source.combined.fitted import fit_after_training
from source.combined.modality_subsets import MASKS, modality_subsets
from source.combined.settings import MODALITIES
from source.core import config
from source.core.spec import spec_of
from source.data.dataset import Dataset
from source.data.labels import grouping_named
from source.evaluation import ablation, baselines, testing
from source.evaluation.ablation import fuse_late, late_name, late_weights, measure_subsets
from source.evaluation.cross_validation import held_out
from source.evaluation.cross_validation.folds import speaker_folds
from source.evaluation.reports import charts
from source.training.checkpoint import Header, Trained
from source.training.scores import softmax
from tests.support.toy import COMBINED, TOYS, combined_store, text_store

ALL = replace(COMBINED, modalities=MODALITIES, text_pairing_corpora=("MELD",))
SEVEN = grouping_named("seven")
ROWS = ["face", "audio", "face + audio"]


@pytest.fixture
def house(tmp_path, monkeypatch):
    for name in ("DATA_FOLDER", "MODELS_FOLDER"):
        monkeypatch.setattr(config, name, tmp_path / name.lower())
    monkeypatch.setattr(baselines, "TREES", 5)
    for name in ("confusion_matrix", "learning_curves", "reliability_diagram"):
        monkeypatch.setattr(charts, name, lambda *_: b"")
    monkeypatch.setattr(ablation, "RESAMPLES", 60)
    return tmp_path


def clips(folder, split="test", test=56, **masks):
    return Dataset([combined_store(folder / "clips", 56, 28, test, **masks)], split, SEVEN)


def trained_of(settings=COMBINED):
    """An untrained model: what is measured of it does not matter here."""
    header = Header("combined", {}, config.EMOTIONS, "seven", 1.0, {})
    return Trained(SPEC, settings, SPEC.build(settings, 7).eval(), header)


# --- The clips that are asked about ------------------------------------------------------------------------------


def test_the_clips_compared_are_those_that_have_all_modalities(tmp_path):
    part = clips(tmp_path)
    shown = modality_subsets(part, ALL)
    there = np.stack([part.column(mask).reshape(56, -1).any(1) for mask in MASKS.values()])
    assert shown.rows.tolist() == np.flatnonzero(there.all(0)).tolist() and 0 < len(shown.rows) < 56
    names = [" + ".join(names) for count in (1, 2, 3) for names in combinations(MODALITIES, count)]
    assert list(shown.shown) == names and shown.singles == list(MODALITIES) and not shown.note
    for dataset in shown.shown.values():
        assert [clip.number for clip in dataset.clips] == [part.clips[row].number for row in shown.rows]
        assert dataset.labels.tolist() == part.labels[shown.rows].tolist()


def test_what_is_hidden_is_hidden_and_nothing_else(tmp_path):
    part = clips(tmp_path)
    shown = modality_subsets(part, ALL)
    whole = part.subset(shown.rows, "").__getitems__(range(len(shown.rows))).inputs
    for name, dataset in shown.shown.items():
        given = dataset.__getitems__(range(len(shown.rows))).inputs
        for modality, mask in MASKS.items():
            assert (given[mask] == whole[mask] * (modality in name.split(" + "))).all()
        assert all((given[array] == whole[array]).all() for array in given if array not in MASKS.values())
        assert whole["audio_mask"].all() and whole["text_mask"].all()


@pytest.mark.parametrize(("settings", "masks", "names"), [
    (COMBINED, {}, ROWS),
    (replace(COMBINED, modalities=("audio", "face")), {}, ROWS),
    (COMBINED, {"face_mask": 0}, None),
    (replace(COMBINED, modalities=("audio",)), {}, None),
    (replace(ALL, modalities=("face", "text")), {"text_mask": 1, "audio_mask": 0}, ["face", "text", "face + text"]),
    (COMBINED, {"face_mask": 0, "audio_mask": 0}, None),
], ids=str)  # fmt: skip
def test_only_modalities_that_there_are_are_compared(tmp_path, settings, masks, names):
    shown = modality_subsets(clips(tmp_path, **masks), settings)
    assert (shown and list(shown.shown)) == names


def test_clips_without_words_are_lent_some_and_it_is_said(house):
    text = text_store(spec_of("text").store_folder / "MELD", 56, 56, 49)
    part = clips(house, text_mask=0)
    shown = modality_subsets(part, ALL)
    assert "text" in shown.singles and "paired with an utterance of its emotion from MELD" in shown.note
    given = [shown.shown[name].__getitems__(range(len(shown.rows))).inputs for name in ("text", "face + audio + text")]
    assert given[0]["text_mask"].all() and (given[0]["token_ids"] == given[1]["token_ids"]).all()
    whose = {scores.tobytes(): clip for scores, clip in zip(text.arrays["lexicon"], text.clips, strict=True)}
    lenders = [whose[scores.numpy().tobytes()] for scores in given[0]["lexicon"]]
    assert {clip.split for clip in lenders} == {"test"}
    assert [clip.emotion for clip in lenders] == [part.clips[row].emotion for row in shown.rows]
    hidden = shown.shown["face"].__getitems__(range(len(shown.rows))).inputs
    assert not hidden["text_mask"].any()


def test_a_clip_that_nothing_can_be_lent_is_not_compared(house):
    """No utterance of its emotion in the text corpora: it would be asked about words that are not there."""
    store = text_store(spec_of("text").store_folder / "MELD", 56, 56, 5)  # angry, disgust, fear, happy, sad
    part = clips(house, text_mask=0, face_mask=1, audio_mask=1)
    rows = modality_subsets(part, ALL).rows
    assert {clip.emotion for clip in store.clips if clip.split == "test"} == set(config.EMOTIONS[:5])
    assert {part.clips[row].emotion for row in rows} == set(config.EMOTIONS[:5]) and len(rows) == 40


def test_without_text_corpora_words_are_left_out(house):
    shown = modality_subsets(clips(house, text_mask=0), ALL)
    assert list(shown.shown) == ROWS and "Words were left out: Clips are to be paired with words from" in shown.note


# --- Late fusion -------------------------------------------------------------------------------------------------


def drawn(count=4000, weights=(0.9, 0.3), classes=4):
    """Logits of two modalities, and a truth drawn by their weighted sum of log-probabilities."""
    draw = np.random.default_rng(0)
    logits = draw.normal(size=(len(weights), count, classes)) * 2
    shares = softmax(np.tensordot(weights, np.log(softmax(logits.reshape(-1, classes))).reshape(logits.shape), 1))
    return logits, np.array([draw.choice(classes, p=share / share.sum()) for share in shares.astype(np.float64)])


def test_known_weights_are_found_again():
    assert late_weights(*drawn()).tolist() == pytest.approx([0.9, 0.3], abs=0.06)


def test_no_other_weights_make_the_truth_likelier():
    logits, truth = drawn(400, (1.0, 0.0))

    def loss(weights):
        return -np.log(softmax(fuse_late(logits, np.array(weights)))[np.arange(400), truth]).mean()

    found = late_weights(logits, truth)
    grid = [(one, other) for one in np.arange(0, 2, 0.1) for other in np.arange(0, 2, 0.1)]
    assert loss(found) <= min(map(loss, grid)) + 1e-6 and (found >= 0).all()
    misleading = np.stack([logits[0], -logits[0]])  # would weigh less than nothing
    assert late_weights(misleading, truth).min() >= 0


def test_no_clips_give_even_weights():
    assert late_weights(np.zeros((3, 0, 7)), np.zeros(0, int)).tolist() == [1, 1, 1]


def test_a_row_says_its_weights():
    assert late_name(["face", "audio"], np.array([0.7, 0.3])) == "late fusion (face 0.70, audio 0.30)"


def test_weights_that_fit_val_are_kept_with_the_model(tmp_path):
    val = clips(tmp_path, "val", audio_mask=1, face_mask=1)
    before = trained_of(replace(COMBINED, fusion="late", doubt=0.0, shared_error=0.0))
    shown = modality_subsets(val, before.settings)
    alone = np.stack([testing.logits_of(before, shown.shown[name]) for name in ("face", "audio")])
    made = fit_after_training(before, val, val)
    weights = made.network.fusion.weights.numpy()
    assert weights.tolist() == pytest.approx(late_weights(alone, val.labels).tolist(), abs=1e-4) != [1, 1]
    both = np.log(softmax(alone.reshape(-1, 7))).reshape(alone.shape)
    assert testing.logits_of(made, val) == pytest.approx(np.tensordot(weights, both, 1), abs=1e-3)


def test_weights_that_the_settings_give_are_left_alone(tmp_path):
    val = clips(tmp_path, "val")
    fixed = trained_of(replace(COMBINED, fusion="late", late_weights=(0.7, 0.3)))
    assert fit_after_training(fixed, val, val).network.fusion.weights.tolist() == pytest.approx([0.7, 0.3])
    silent = clips(tmp_path / "silent", "val", audio_mask=0)
    unfitted = trained_of(replace(COMBINED, fusion="late"))
    assert fit_after_training(unfitted, silent, silent).network.fusion.weights.tolist() == [1, 1]
    other = trained_of()
    assert fit_after_training(other, val, val) is other


# --- Measured ----------------------------------------------------------------------------------------------------


def answers(right, count=120, classes=4):
    """Logits by method, right on this share of the clips, and the truth and who shows each."""
    draw, truth = np.random.default_rng(1), np.arange(count) % classes
    logits = {}
    for name, share in right.items():
        told = np.where(draw.random(count) < share, truth, draw.integers(0, classes, count))
        logits[name] = np.eye(classes)[told] + draw.random((count, classes)) / 10
    return logits, truth, [("c", str(i // 12)) for i in range(count)]


RIGHT = {"face": 0.4, "audio": 0.6, "face + audio": 0.8, "late fusion (x)": 0.7}


@pytest.mark.parametrize("known", [True, False])
def test_scores_and_intervals_are_scikit_learns(monkeypatch, known):
    monkeypatch.setattr(ablation, "RESAMPLES", 20)
    logits, truth, people = answers(RIGHT)
    made = measure_subsets(logits, truth, people if known else None, ["face", "audio"], "noted")
    assert (made["n"], made["note"]) == (120, "noted") and [row["given"] for row in made["rows"]] == list(RIGHT)
    draws, draw = [], np.random.default_rng(0)
    for _ in range(20):
        if known:  # whole people, of 12 clips each
            who = draw.integers(0, 10, 10)
            order = sorted({repr(person): None for person in people})
            draws.append(np.concatenate([np.flatnonzero([repr(p) == order[one] for p in people]) for one in who]))
        else:
            draws.append(draw.integers(0, 120, 120))
    for row in made["rows"]:
        told = logits[row["given"]].argmax(1)
        assert row["accuracy"] == pytest.approx(accuracy_score(truth, told))
        assert row["uar"] == pytest.approx(recall_score(truth, told, average="macro"))
        assert row["macro_f1"] == pytest.approx(f1_score(truth, told, average="macro"))
        uars = [recall_score(truth[rows], told[rows], average="macro") for rows in draws]
        assert row["ci95"] == pytest.approx(np.percentile(uars, (2.5, 97.5)).tolist())


def test_the_gain_is_over_the_best_single_one_and_in_its_interval(monkeypatch):
    monkeypatch.setattr(ablation, "RESAMPLES", 60)
    logits, truth, people = answers(RIGHT)
    made = measure_subsets(logits, truth, people, ["face", "audio"], "")
    uar = {row["given"]: row["uar"] for row in made["rows"]}
    gains = {row["given"]: row.get("gain") for row in made["rows"]}
    assert gains["face"] is gains["audio"] is None  # of one alone there is none
    for name in ("face + audio", "late fusion (x)"):
        gain = gains[name]
        assert gain["over"] == "audio" and gain["uar"] == pytest.approx(uar[name] - uar["audio"])
        assert gain["ci95"][0] <= gain["uar"] <= gain["ci95"][1] and gain["ci95"][0] < gain["ci95"][1]
    assert gains["face + audio"]["uar"] > 0.1
    same = measure_subsets(logits | {"face + audio": logits["audio"]}, truth, people, ["face", "audio"], "")["rows"][2][
        "gain"
    ]
    assert same["uar"] == 0 and same["ci95"] == [0, 0]  # the same answers: no doubt of it, draw by draw


def test_a_corpus_by_itself_is_measured_as_if_it_were_all(monkeypatch):
    monkeypatch.setattr(ablation, "RESAMPLES", 20)
    logits, truth, people = answers(RIGHT)
    corpora = ["large"] * 84 + ["small"] * 36
    made = measure_subsets(logits, truth, people, ["face", "audio"], "noted", corpora)["corpora"]
    part = {name: rows[:84] for name, rows in logits.items()}
    assert made["large"] == measure_subsets(part, truth[:84], people[:84], ["face", "audio"], "")
    assert set(made) == {name for name, count in (("large", 84), ("small", 36)) if count >= ablation.LEAST_CLIPS}
    assert "corpora" not in measure_subsets(logits, truth, people, ["face", "audio"], "", ["one"] * 120)


def test_people_are_drawn_as_a_whole(monkeypatch):
    """Two people, one always right and one always wrong: half right, and nobody knows how it goes with a third."""
    monkeypatch.setattr(ablation, "RESAMPLES", 60)
    truth, people = np.arange(40) % 2, ["one"] * 20 + ["two"] * 20
    told = np.eye(2)[np.where(np.arange(40) < 20, truth, 1 - truth)]
    logits = {"face": told, "audio": told, "face + audio": told}
    whole, clip = (
        measure_subsets(logits, truth, who, ["face", "audio"], "")["rows"][0]["ci95"] for who in (people, None)
    )
    assert whole == [0, 1] and clip[0] > 0.2 and clip[1] < 0.8


# --- The whole ---------------------------------------------------------------------------------------------------


def test_late_weights_of_a_test_are_those_that_fit_val(tmp_path):
    part, model = clips(tmp_path), trained_of()
    val = modality_subsets(Dataset(part.stores, "val", SEVEN), COMBINED)
    alone = np.stack([testing.logits_of(model, val.shown[name]) for name in ("face", "audio")])
    weights = late_weights(alone, Dataset(part.stores, "val", SEVEN).labels[val.rows])
    made = testing.ablate(model, part)
    assert [row["given"] for row in made["rows"]] == [*ROWS, late_name(["face", "audio"], weights)]
    assert made["n"] == len(modality_subsets(part, COMBINED).rows)
    assert testing.ablate(model, clips(tmp_path / "deaf", audio_mask=0)) is None


@pytest.mark.slow
def test_a_test_writes_what_each_modality_is_worth(house):
    toy = TOYS["combined"]
    toy.store(toy.spec.store_folder / "toy", 28, 14, 28)
    api.train("combined", settings=[*toy.words, "epochs=1"])
    folder = api.test("combined").folder
    found = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))["ablation"]
    assert [row["given"] for row in found["rows"]][:3] == ROWS and found["rows"][3]["given"].startswith("late fusion (")
    report = (folder / "report.md").read_text(encoding="utf-8")
    assert "What each modality is worth" in report and f"The same {found['n']} clips" in report
    for row in found["rows"]:
        assert f"| {row['given']} | {row['uar']:.1%}".replace("%", " %") in report
    card = (config.MODELS_FOLDER / "combined" / "model_card.md").read_text(encoding="utf-8")
    assert "What each modality is worth" in card


@pytest.mark.slow
def test_a_validation_measures_it_on_held_out_people_and_goes_on_where_it_stopped(house, monkeypatch):
    toy = TOYS["combined"]
    toy.store(toy.spec.store_folder / "toy", 42, 0, 0)
    how = {"settings": [*toy.words, "epochs=1", "batch_size=8"], "folds": 2}

    def stop(sentence):
        if sentence.startswith("Fold 2"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        api.validate("combined", notify=stop, **how)
    monkeypatch.setattr(held_out, "fit", None)  # both folds are kept: nothing is trained again
    made = api.validate("combined", resume=True, **how)
    found = json.loads((made.folder / "validation.json").read_text(encoding="utf-8"))["metrics"]["ablation"]
    assert [row["given"] for row in found["rows"]] == [*ROWS, "late fusion, weights fitted to the other folds"]
    there = Dataset([combined_store(house / "same", 42, 0, 0)], None, SEVEN)
    assert found["n"] == len(modality_subsets(there, COMBINED).rows) < 42
    assert "What each modality is worth" in (made.folder / "report.md").read_text(encoding="utf-8")


def trials(house, part, settings=COMBINED):
    return held_out.Trials(SPEC, settings, part, house / "kept", print, print)


def test_the_folds_own_answers_have_no_say_in_its_late_weights(house):
    part = Dataset([combined_store(house / "a", 56, 0, 0, audio_mask=1, face_mask=1)], None, SEVEN)
    folds, draw = speaker_folds(part.clips, 4), np.random.default_rng(0)
    right = np.eye(7)[part.labels] + draw.normal(size=(56, 7))
    found = {"face": right, "audio": draw.normal(size=(56, 7)), "face + audio": right}
    wrong = found["audio"].copy()
    wrong[folds[0]] = 9 * np.eye(7)[part.labels[folds[0]]]  # by far the best in this fold, and nowhere else
    found["audio"] = wrong
    alone, honest, cheating = np.stack([right, wrong]), np.zeros((56, 7)), np.zeros((56, 7))
    for fold in folds:
        rest = np.setdiff1d(np.arange(56), fold)
        honest[fold] = fuse_late(alone[:, fold], late_weights(alone[:, rest], part.labels[rest]))
        cheating[fold] = fuse_late(alone[:, fold], late_weights(alone[:, fold], part.labels[fold]))
    uar, too_good = (recall_score(part.labels, fused.argmax(1), average="macro") for fused in (honest, cheating))
    made = held_out.ablate(trials(house, part), found, folds)
    assert made["rows"][-1]["uar"] == pytest.approx(uar) and uar < too_good - 0.02


def test_a_validation_says_too_that_words_were_lent(house):
    text_store(spec_of("text").store_folder / "MELD", 56, 56, 49)
    part = Dataset([combined_store(house / "a", 56, 0, 0, text_mask=0, audio_mask=1, face_mask=1)], None, SEVEN)
    names = modality_subsets(part, ALL).shown
    draw = np.random.default_rng(0)
    found = {name: draw.normal(size=(56, 7)).astype(np.float32) for name in names}
    found["text"][:9] = np.nan  # these were not asked about
    made = held_out.ablate(trials(house, part, ALL), found, speaker_folds(part.clips, 4))
    assert made["n"] == 47 and "paired with an utterance" in made["note"]
    assert made["rows"][6]["given"] == "face + audio + text"
    nothing = {name: np.full((56, 7), np.nan) for name in names}
    assert held_out.ablate(trials(house, part, ALL), nothing, speaker_folds(part.clips, 4)) is None
    assert held_out.ablate(trials(house, part), {}, []) is None
