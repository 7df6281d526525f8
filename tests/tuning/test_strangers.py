"""A study of strangers: a trial leaves out each corpus in turn, and is given up after the first where it is bad."""

import zlib
from dataclasses import replace

import numpy as np
import optuna
import pytest

from source.cli.render import tuning_text
from source.core.errors import DemeanorError
from source.data.store import Manifest, StoreWriter, fingerprint
from source.tuning import Plan, trial
from source.tuning import study as studies
from source.tuning.reports.study import report_of_tuning
from source.tuning.sampler import CorpusPruner
from source.tuning.study import open_study
from tests.support.studies import score, search, toy_study
from tests.support.toy import TOYS

CORPORA = ("easy", "hard", "other")
AUDIO = TOYS["audio"]


@pytest.fixture(autouse=True)
def without_pictures(monkeypatch):
    monkeypatch.setattr("source.tuning.write_tuning", lambda *_: None)


@pytest.fixture
def quick(monkeypatch):
    """Trainings are played: each corpus is easier or harder by as much; returns what was trained."""
    done = []

    def played(work, settings, corpus, seed, on_batch):
        done.append((settings, corpus, seed))
        luck = zlib.crc32(f"{corpus} {seed}".encode()) % 100 / 10_000
        return score(settings) + {"easy": 0.3, "hard": -0.2, "other": 0.0}[corpus] + luck

    monkeypatch.setattr(trial, "uar_left_out", played)
    return done


def study(folder, corpora=CORPORA, **how):
    settings = AUDIO.settings.extract_settings()
    for number, corpus in enumerate(corpora):
        if (folder / corpus).is_dir():
            continue
        parts = (("train", 28), ("val", 14), ("test", 14))
        clips = [clip for split, count in parts for clip in AUDIO.clips(count, 2, split, corpus)]
        clips = [replace(clip, path=folder / corpus / clip.path.name) for clip in clips]
        writer = StoreWriter(folder / corpus, Manifest("audio", settings, fingerprint(clips)))
        writer.append(clips, AUDIO.arrays(len(clips), number), {})
        writer.finish()
    stores = tuple(folder / corpus for corpus in corpora)
    return toy_study(folder, stores=stores, objective="strangers", **how)


@pytest.mark.slow
def test_a_trial_is_scored_by_the_corpora_left_out_and_reads_no_test_split(tmp_path):
    work = study(tmp_path, trials=1)
    (row,) = search(work, tmp_path).document["trials"]
    assert list(row["corpora"]) == list(CORPORA) and row["uar"] == pytest.approx(np.mean([*row["corpora"].values()]))
    again = trial.uar_left_out(work, AUDIO.settings, "hard", 0, lambda *_: None)
    assert again == row["corpora"]["hard"] and row["val_uar"] is None and row["parameters"] > 0
    assert row["epochs"] == row["of"] == 3 * AUDIO.settings.epochs
    assert {clip.split for clip in work.roles.dataset.clips} == {"train", "val"}


@pytest.mark.slow
def test_a_bad_trial_is_given_up_although_the_first_corpus_is_easy(quick, tmp_path):
    rows = search(study(tmp_path, trials=8), tmp_path).document["trials"]
    pruned = [row for row in rows if row["state"] == "pruned"]
    assert pruned and all(0 < len(row["corpora"]) < 3 for row in pruned)
    assert {row["epochs"] for row in pruned} <= {2 * AUDIO.settings.epochs}
    assert rows[0]["state"] == "complete" and max(row["uar"] for row in rows if row["state"] == "complete")
    (default,) = [row for row in rows if row["trial"] == 0]
    assert default["state"] == "complete"


def test_the_pruner_compares_scores_after_the_same_corpora():
    study = optuna.create_study(direction="maximize")
    for best in (0.5, 0.6, 0.7):
        told = study.ask()
        for step, uar in enumerate((0.9, best), start=1):
            told.report(uar, step)
        study.tell(told, best)
    for uar, given_up in ((0.59, True), (0.61, False)):
        asked = study.ask()
        asked.report(0.95, 1)
        asked.report(uar, 2)
        frozen = study.get_trials(deepcopy=False)[asked.number]
        assert CorpusPruner(1).prune(study, frozen) == given_up and not CorpusPruner(2).prune(study, frozen)


def test_a_study_keeps_to_its_objective_and_older_ones_were_of_val(tmp_path):
    open_study(study(tmp_path))
    of_val = replace(study(tmp_path), objective="val")
    with pytest.raises(DemeanorError, match="objective strangers, not val"):
        open_study(of_val)
    older = replace(of_val, study="audio older")
    begun = open_study(older)
    begun.set_user_attr(studies.OF, {k: v for k, v in begun.user_attrs[studies.OF].items() if k != "objective"})
    open_study(older)
    with pytest.raises(DemeanorError, match="objective val, not strangers"):
        open_study(replace(older, objective="strangers"))
    with pytest.raises(DemeanorError, match="2 corpora or more"):
        open_study(study(tmp_path, CORPORA[:1], study="audio one"))


@pytest.mark.slow
def test_the_best_is_confirmed_on_the_corpora_with_other_seeds(quick, tmp_path):
    work = study(tmp_path, trials=4, pruner="none", seed=5)
    document = search(work, tmp_path, Plan(top_k=1, folds=4, seeds=2)).document
    confirmed = document["confirmation"]
    assert confirmed["folds"] == 3 and confirmed["seeds"] == [6, 7]
    assert len(quick) == 4 * 3 + 2 * 2 * 3 and {seed for *_, seed in quick[12:]} == {6, 7}
    for row in confirmed["candidates"]:
        assert len(row["fold_uar"]) == 3 and len(row["seed_uar"]) == 2
        assert row["fold_mean"] == pytest.approx(row["seed_mean"]) == pytest.approx(np.mean(row["fold_uar"]))
    report = report_of_tuning(document, "")
    for words in ("mean UAR of the corpora left out", "UAR of the corpora", "seeds 6, 7", "train and val"):
        assert words in report
    assert "val UAR" not in report and "left out" in tuning_text(document)
