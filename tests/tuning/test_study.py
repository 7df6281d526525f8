"""A study: repeatable, resumable, never the test split, never the same settings twice; its best is the best."""

import json
from dataclasses import asdict, replace
from importlib import import_module

import numpy as np
import optuna
import pytest
from optuna.trial import TrialState

import source
from source import api
from source.core import config
from source.core.errors import DemeanorError
from source.core.renamed import RENAMED
from source.core.settings import BEST_SETTINGS, override_from_file, override_from_text
from source.core.spec import spec_of
from source.data.dataset import Dataset
from source.tuning import Plan, confirmation, trial
from source.tuning import study as study_module
from source.tuning.confirmation import folds_of
from source.tuning.search_space import Space, difference
from source.tuning.significance import compare_scores
from source.tuning.study import open_study
from tests.support.studies import played, score, search, toy_study
from tests.support.toy import TOYS


@pytest.fixture
def quick(monkeypatch):
    """Trainings are played."""
    monkeypatch.setattr(trial, "train_trial", played)


@pytest.fixture(autouse=True)
def without_pictures(monkeypatch):
    """They take a second each, and have tests of their own."""
    monkeypatch.setattr("source.tuning.write_tuning", lambda *_: None)


def settings_of(made):
    return {row["trial"]: row["settings"] for row in made.document["trials"]}


# --- What is varied ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", source.MODELS)
def test_the_default_lies_within_its_own_ranges(model):
    """Else it could not be the first trial."""
    spec = spec_of(model)
    space = Space(spec, spec.default_settings)
    for name, value in space.default().items():
        part = space.ranges()[name]
        assert part._contains(part.to_internal_repr(value)), name
    given = space.settings_of_trial(optuna.trial.FixedTrial(space.default()))
    assert given == spec.default_settings


@pytest.mark.parametrize("model", source.MODELS)
def test_what_is_held_fast_is_not_varied(model):
    spec = spec_of(model)
    free = Space(spec, spec.default_settings)
    name = "learning_rate"
    held = Space(
        spec, override_from_text(spec.default_settings, [f"{name}=0.5"]), (name,)
    )  # beyond the range that is varied
    assert set(free.ranges()) - set(held.ranges()) == {name}
    drawn = optuna.create_study().ask()
    assert held.settings_of_trial(drawn).learning_rate == 0.5 and name not in drawn.params


def test_a_setting_that_depends_on_another_is_varied_only_with_it():
    spec = spec_of("audio")
    space = Space(spec, spec.default_settings)
    assert "architecture" not in space.ranges()
    assert "architecture" in Space(spec, replace(spec.default_settings, use_mfcc=True)).ranges()


def test_a_difference_reads_back_to_the_same_settings():
    spec = spec_of("combined")
    settings = override_from_text(
        spec.default_settings, ["epochs=3", "audio.encoder_width=64", "modalities=face,audio"]
    )
    found = json.loads(json.dumps(difference(settings, spec.default_settings)))
    assert set(found) == {"epochs", "audio", "modalities"} and found["audio"] == {"encoder_width": 64}
    from source.core.settings import override

    assert override(spec.default_settings, found) == settings


# --- The search --------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_best_is_the_best_and_the_search_finds_it(quick, tmp_path):
    """With the optimiser's sign turned round, the worst would be named."""
    made = search(toy_study(tmp_path, trials=20), tmp_path)
    rows = [row for row in made.document["trials"] if row["state"] == "complete"]
    uars = [row["uar"] for row in rows]
    assert uars == sorted(uars, reverse=True)
    best = override_from_file(TOYS["audio"].settings, made.best)
    assert score(best) == pytest.approx(max(uars)) and max(uars) > score(TOYS["audio"].settings)
    late = np.mean([row["uar"] for row in rows if row["trial"] >= 12])
    early = np.mean([row["uar"] for row in rows if row["trial"] < 8])
    assert late > early, "TPE does no better than chance"


def test_the_first_trial_is_the_default(quick, tmp_path):
    work = toy_study(tmp_path, trials=1)
    made = search(work, tmp_path)
    assert settings_of(made) == {0: work.space.default()}


@pytest.mark.slow
def test_the_test_split_is_never_read(tmp_path, monkeypatch):
    toy = TOYS["audio"]
    toy.store(tmp_path / "store", test=28)
    read = set()
    whole = Dataset.__getitems__

    def watched(self, indices):
        read.update(self.clips[index].path.name.partition("_")[0] for index in indices)
        return whole(self, indices)

    monkeypatch.setattr(Dataset, "__getitems__", watched)
    search(toy_study(tmp_path, trials=2), tmp_path, Plan(top_k=1, folds=2, seeds=1))
    assert read == {"train", "val"}


@pytest.mark.slow
def test_running_again_goes_on_as_if_there_had_been_no_stop(quick, tmp_path):
    whole = search(toy_study(tmp_path, trials=10, storage=f"{tmp_path}/whole.journal"), tmp_path / "whole")
    search(toy_study(tmp_path, trials=5), tmp_path)
    more = search(toy_study(tmp_path, trials=10), tmp_path)
    assert len(settings_of(more)) == 10 and settings_of(more) == settings_of(whole)
    same = search(toy_study(tmp_path, trials=10), tmp_path)
    assert settings_of(same) == settings_of(more), "the total was there already"


def test_a_stopped_trial_is_begun_anew_with_its_settings(tmp_path, monkeypatch):
    begun = []

    def stopped(work, settings, *arguments):
        begun.append(settings)
        if len(begun) == 3:
            raise KeyboardInterrupt
        return played(work, settings, *arguments)

    monkeypatch.setattr(trial, "train_trial", stopped)
    with pytest.raises(KeyboardInterrupt):
        search(toy_study(tmp_path, trials=5, pruner="none"), tmp_path)
    made = search(toy_study(tmp_path, trials=5, pruner="none"), tmp_path)
    assert begun[3] == begun[2] and len(begun) == 6
    assert [row["state"] for row in made.document["trials"]] == ["complete"] * 5


def test_however_often_one_stops_no_settings_are_lost(tmp_path, monkeypatch):
    def stopped(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(trial, "train_trial", stopped)
    for _ in range(5):
        with pytest.raises(KeyboardInterrupt):
            search(toy_study(tmp_path), tmp_path)
    monkeypatch.setattr(trial, "train_trial", played)
    rows = search(toy_study(tmp_path), tmp_path).document["trials"]
    assert len(rows) == 4 and toy_study(tmp_path).space.default() in [row["settings"] for row in rows]


def test_settings_that_always_kill_their_process_are_not_begun_for_ever(quick, tmp_path):
    """Each time the process is dead before it could put anything in order."""
    work = toy_study(tmp_path)
    study = open_study(work)
    for _ in range(study_module.MOST_DEATHS):
        begun = study.ask()
        work.space.settings_of_trial(begun)
        begun.set_user_attr(study_module.OWNER, study_module.this_process() | {"born": 0.0})  # one that is gone
        study_module.retry_lost(study)
    rows = search(work, tmp_path).document["trials"]
    (failed,) = [row for row in rows if row["state"] == "failed"]
    assert failed["settings"] == work.space.default() and "3 processes were killed" in failed["why"] and len(rows) == 4


@pytest.mark.slow
def test_a_study_stopped_as_it_was_made_gets_its_default_later(quick, tmp_path):
    work = toy_study(tmp_path)
    study = open_study(work)
    study.tell(study.ask(), state=TrialState.FAIL)  # what was queued is gone, before it had any settings
    made = search(work, tmp_path, Plan(top_k=1, folds=2, seeds=1))
    home = [row for row in made.document["confirmation"]["candidates"] if row["default"]]
    assert [row["settings"] for row in home] in ([], [work.space.default()])


def test_settings_that_cannot_go_together_fail_and_the_study_goes_on(tmp_path, monkeypatch):
    def refused(work, settings, *arguments):
        if settings.dropout > 0.4:
            raise DemeanorError("The loss of epoch 1 is not a number.")
        return played(work, settings, *arguments)

    monkeypatch.setattr(trial, "train_trial", refused)
    rows = search(toy_study(tmp_path, trials=8), tmp_path).document["trials"]
    failed = [row for row in rows if row["state"] == "failed"]
    assert len(rows) == 8 and failed and {row["why"] for row in failed} == {"The loss of epoch 1 is not a number."}
    assert all(row["settings"]["dropout"] > 0.4 for row in failed) and rows[0]["state"] == "complete"


@pytest.mark.slow
def test_identical_settings_are_not_tried_twice_and_an_exhausted_study_ends(quick, tmp_path, monkeypatch):
    """Where there are but four, it is four trials, though a hundred were asked for."""
    spec = spec_of("audio")
    few = replace(
        spec,
        suggest=lambda trial: {
            "mixup": trial.suggest_categorical("mixup", [0.0, 0.3]),
            "batch_size": trial.suggest_categorical("batch_size", [16, 32]),
        },
    )
    monkeypatch.setattr("source.tuning.study_spec.spec_of", lambda name: few)
    monkeypatch.setattr(trial, "MOST_TWINS", 30)
    said = []
    made = search(toy_study(tmp_path, trials=100, fixed=()), tmp_path, notify=said.append)
    tried = [tuple(row.values()) for row in settings_of(made).values()]
    assert len(tried) == len(set(tried)) == 4 and "There are no settings left to try." in said


@pytest.mark.slow
@pytest.mark.parametrize("pruner", ["median", "hyperband"])
def test_bad_trials_are_given_up_early_and_good_ones_are_not(pruner, quick, tmp_path):
    base = replace(TOYS["audio"].settings, epochs=9)
    rows = search(toy_study(tmp_path, trials=16, pruner=pruner, base=base), tmp_path).document["trials"]
    given_up = [row for row in rows if row["state"] == "pruned"]
    assert given_up and all(0 < row["epochs"] < 9 for row in given_up)
    best = max(rows, key=lambda row: row["uar"])
    assert best["state"] == "complete" and best["epochs"] == 9


@pytest.mark.slow
def test_the_default_is_never_given_up(tmp_path, monkeypatch):
    """However bad it is, the finalists are held against it."""
    monkeypatch.setattr(trial, "train_trial", played)
    base = replace(TOYS["audio"].settings, epochs=9, dropout=0.6)
    for pruner in ("median", "hyperband"):
        work = toy_study(tmp_path, trials=9, pruner=pruner, base=base, study=pruner)
        open_study(work).enqueue_trial(work.space.default() | {"dropout": 0.41})
        rows = {row["trial"]: row for row in search(work, tmp_path).document["trials"]}
        assert rows[0]["settings"] == work.space.default() and rows[0]["state"] == "complete"


@pytest.mark.slow
def test_without_a_pruner_none_is_given_up(quick, tmp_path):
    rows = search(toy_study(tmp_path, trials=8, pruner="none"), tmp_path).document["trials"]
    assert {row["state"] for row in rows} == {"complete"}


@pytest.mark.slow
@pytest.mark.parametrize("cost", ["parameters", "milliseconds"])
def test_a_pareto_study_keeps_what_nothing_beats(cost, tmp_path, monkeypatch):
    def costly(work, settings, *arguments):
        return played(work, settings, *arguments) | {cost: 100 * settings.dropout}

    monkeypatch.setattr(trial, "train_trial", costly)
    document = search(toy_study(tmp_path, trials=9, second_objective=cost), tmp_path).document
    points = {row["trial"]: (row["uar"], row[cost]) for row in document["trials"]}

    def beaten(uar, price):
        return any(u >= uar and c <= price and (u, c) != (uar, price) for u, c in points.values())

    assert sorted(document["front"]) == sorted(number for number, point in points.items() if not beaten(*point))
    assert document["pruner"] == "none" and {row["state"] for row in document["trials"]} == {"complete"}


def test_milliseconds_are_measured(tmp_path):
    rows = search(toy_study(tmp_path, trials=1, second_objective="milliseconds"), tmp_path).document["trials"]
    assert 0 < rows[0]["milliseconds"] < 1000


def test_fewer_clips_are_drawn_the_same_for_every_seed(tmp_path):
    parts = [toy_study(tmp_path, clips=20, seed=seed).train.clips for seed in (0, 1)]
    assert parts[0] == parts[1] and len(parts[0]) == 20
    assert len(toy_study(tmp_path, clips=1000).train) == len(toy_study(tmp_path).train)


@pytest.mark.parametrize(
    "change, words",
    [
        ({"seed": 1}, "seed 0, not 1"),
        ({"clips": 20}, "corpora .*'train': 56.*'train': 20.*"),
        ({"base": replace(TOYS["audio"].settings, epochs=3)}, "epochs 2, not 3"),
        ({"second_objective": "parameters"}, "against None, not parameters"),
        ({"grouping": "five"}, "grouping seven, not five"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_a_study_does_not_go_on_under_other_conditions(tmp_path, change, words):
    open_study(toy_study(tmp_path))
    with pytest.raises(DemeanorError, match=f"{words}; .*--study NAME"):
        open_study(toy_study(tmp_path, **change))
    open_study(toy_study(tmp_path, study="audio tuning_other", **change))


# --- Studies of before version 0.2 -------------------------------------------------------------------------------


BEFORE = {name: before for before, name in RENAMED.items()}


def before(values):
    return {
        BEFORE.get(name, name): before(value) if isinstance(value, dict) else value for name, value in values.items()
    }


def conditions_before(study):
    conditions = study.user_attrs[study_module.OF]
    named = before(conditions["settings"])
    assert named != conditions["settings"]
    held = sorted(BEFORE.get(name, name) for name in conditions["held"])
    return conditions | {"settings": named, "held": held}


def begun_before(work, storage):
    """A copy of the study in another storage, as version 0.1 wrote it; return its StudySpec."""
    study, old = open_study(work), replace(work, storage=storage)
    copied = optuna.create_study(storage=study_module.open_storage(storage), study_name=old.study, direction="maximize")
    copied.set_user_attr(study_module.OF, conditions_before(study))
    for row in study.get_trials():
        row.params, row.distributions = before(row.params), before(row.distributions)
        row.system_attrs = {name: before(value) for name, value in row.system_attrs.items() if name == "fixed_params"}
        copied.add_trial(row)
    return old


@pytest.mark.parametrize("file", ["old.journal", "old.db"])
def test_a_study_of_before_goes_on_and_its_best_is_read_by_train(file, quick, tmp_path, monkeypatch):
    monkeypatch.setattr(confirmation, "run", lambda work, rerun, on_batch: 0.5 + 0.1 * (rerun.trial == 1))
    work = toy_study(tmp_path, "text", trials=3, pruner="none")
    first = settings_of(search(work, tmp_path))
    queued = work.space.default() | {"word_dropout": 0.125}
    open_study(work).enqueue_trial(queued)
    old = replace(begun_before(work, str(tmp_path / file)), trials=5)
    made = search(old, tmp_path, Plan(top_k=5, folds=2, seeds=1))
    rows = settings_of(made)
    assert len(rows) == 5 and {number: rows[number] for number in first} == first and rows[3] == queued
    assert {row["state"] for row in made.document["trials"]} == {"complete"}
    assert set(made.document["ranges"]) == set(work.space.ranges()) >= set(made.document["importances"])
    assert [row["trial"] for row in made.document["confirmation"]["candidates"] if row["default"]] == [0]
    assert made.document["best"]["trial"] == 1
    best = override_from_file(TOYS["text"].settings, made.best)
    assert best.word_dropout == first[1]["word_dropout"] != TOYS["text"].settings.word_dropout


def test_settings_are_held_fast_by_their_names_of_before_too(quick, tmp_path, monkeypatch):
    """Also in a study that was begun with them, which goes on under either names."""
    for name in ("DATA_FOLDER", "MODELS_FOLDER"):
        monkeypatch.setattr(config, name, tmp_path / name.lower())
    toy = TOYS["audio"]
    toy.store(toy.spec.store_folder / "toy")
    free = ("learning_rate=", "dropout=", "augmented_copies=")
    words = [text for text in toy.words if not text.startswith(free)]
    today = [*words, "augmented_copies=0", "pitch_shift_semitones=1.5"]
    old = [*words, "copies=0", "copy_pitch=1.5"]

    def tuned(trials, settings):
        return api.tune("audio", trials=trials, settings=settings, pruner="none", finalists=0).document

    fixed = tuned(1, old)["fixed"]
    assert (fixed["augmented_copies"], fixed["pitch_shift_semitones"]) == (0, 1.5) and RENAMED.keys().isdisjoint(fixed)
    study = optuna.load_study(study_name="audio tuning", storage=f"sqlite:///{toy.spec.folder / 'tuning.db'}")
    study.set_user_attr(study_module.OF, conditions_before(study))
    assert {"copies", "copy_pitch"} <= set(study.user_attrs[study_module.OF]["held"])
    assert len(tuned(2, old)["trials"]) == 2 and len(tuned(3, today)["trials"]) == 3
    with pytest.raises(DemeanorError, match="weights_dtype float32, not float16"):
        tuned(3, [*old, "stored=float16"])


def test_a_nested_setting_is_held_fast_by_its_name_of_before(tmp_path, monkeypatch):
    begun = []
    monkeypatch.setattr("source.tuning.tune", lambda work, *_, **hooks: begun.append(work))
    for name in ("DATA_FOLDER", "MODELS_FOLDER"):
        monkeypatch.setattr(config, name, tmp_path / name.lower())
    toy = TOYS["combined"]
    toy.store(toy.spec.store_folder / "toy")
    words = [text for text in toy.words if not text.startswith("audio.augmented_copies=")]
    api.tune("combined", settings=[*words, "audio.copies=0"])
    assert "audio.augmented_copies" in begun[0].fixed and begun[0].base.audio.augmented_copies == 0


# --- Better, or lucky --------------------------------------------------------------------------------------------


def test_the_comparison_is_the_corrected_paired_t_test():
    """Against the formula of Nadeau and Bengio with scipy's t distribution, and against scipy's uncorrected test."""
    from scipy import stats

    draw = np.random.default_rng(0)
    ours, theirs = draw.normal(0.62, 0.03, 5), draw.normal(0.60, 0.03, 5)
    found = compare_scores(ours.tolist(), theirs.tolist())
    plain = stats.ttest_rel(ours, theirs)
    corrected = plain.statistic / np.sqrt((1 / 5 + 1 / 4) / (1 / 5))
    assert found["p"] == pytest.approx(2 * stats.t.sf(abs(corrected), 4)) and found["p"] > plain.pvalue
    low, high = found["ci95"]
    assert (low + high) / 2 == pytest.approx(found["difference"]) == pytest.approx((ours - theirs).mean())
    three = compare_scores(ours.tolist(), theirs.tolist(), 3)
    assert three["p"] == pytest.approx(min(1, 3 * found["p"])) and three["ci95"][0] < low


def test_equal_settings_differ_by_chance_only_as_often_as_said():
    """Folds of two equal settings whose scores are noise: called different in about 5 % of cases, never much more."""
    draw = np.random.default_rng(1)
    ps = [compare_scores(*draw.normal(0.6, 0.03, (2, 5)))["p"] for _ in range(2000)]
    assert np.mean(np.array(ps) < 0.05) < 0.06
    assert compare_scores([0.5, 0.6], [0.5, 0.6])["p"] == 1


@pytest.fixture
def lucky(tmp_path, monkeypatch):
    """Trials in which chance decides: the best on val is worse than the default where nothing was chosen."""
    monkeypatch.setattr(trial, "train_trial", played)
    monkeypatch.setattr(
        confirmation, "run", lambda work, again, on_batch: 0.5 + 0.01 * (again.trial == 0) + 0.001 * again.seed
    )
    return toy_study(tmp_path, trials=10)


def test_a_lucky_best_does_not_replace_the_default(lucky, tmp_path):
    made = search(lucky, tmp_path, Plan(top_k=2, folds=3, seeds=2))
    rows = made.document["confirmation"]["candidates"]
    assert made.document["trials"][0]["trial"] != 0 == rows[0]["trial"] and rows[0]["default"]
    assert len(rows) == 3 and all(row["against_default"]["difference"] == pytest.approx(-0.01) for row in rows[1:])
    assert "default stands" in made.document["verdict"] and json.loads(made.best.read_text()) == {}


@pytest.mark.slow
def test_a_confirmation_is_not_done_twice(lucky, tmp_path, monkeypatch):
    done = []
    fake = confirmation.run
    monkeypatch.setattr(confirmation, "run", lambda *arguments: done.append(arguments[1].key) or fake(*arguments))
    first = search(lucky, tmp_path, Plan(top_k=2, folds=3, seeds=2))
    assert len(done) == len(set(done)) == 3 * (1 + 3)  # one further seed, and three folds
    again = search(lucky, tmp_path, Plan(top_k=2, folds=3, seeds=2))
    assert len(done) == 12 and again.document["confirmation"] == first.document["confirmation"]


def test_folds_share_no_speaker_and_are_of_the_train_split(tmp_path):
    work = toy_study(tmp_path)
    folds = folds_of(work.train, 9)  # of four speakers
    people = [{work.train.clips[row].speaker for row in rows} for rows in folds]
    assert len(folds) == 4 and not set.intersection(*people) and sum(map(len, people)) == 4
    assert {clip.split for clip in work.train.clips} == {"train"}


@pytest.mark.slow
def test_where_speakers_are_not_known_folds_are_random_and_it_is_said(tmp_path, quick):
    made = search(toy_study(tmp_path, "face"), tmp_path, Plan(top_k=1, folds=2, seeds=1))
    assert made.document["confirmation"]["speakers"] is False


@pytest.mark.slow
def test_the_confirmation_trains_for_real(tmp_path):
    """The means and deviations are those of the trainings it names, and seeds are measured as `train` measures."""
    work = toy_study(tmp_path, trials=2, pruner="none")
    made = search(work, tmp_path, Plan(top_k=1, folds=2, seeds=2))
    for row in made.document["confirmation"]["candidates"]:
        settings = work.space.settings_of_trial(optuna.trial.FixedTrial(row["settings"]))
        again = [trial.train_trial(work, settings, work.train, work.val, seed)["uar"] for seed in (0, 1)]
        assert row["seed_uar"] == again and row["seed_mean"] == pytest.approx(np.mean(again))
        assert row["fold_sd"] == pytest.approx(np.std(row["fold_uar"], ddof=1)) and len(row["fold_uar"]) == 2


# --- What is left behind -----------------------------------------------------------------------------------------


def test_another_best_keeps_the_earlier_file(quick, tmp_path):
    (tmp_path / BEST_SETTINGS).write_text('{"epochs": 77}')
    said = []
    made = search(toy_study(tmp_path), tmp_path, notify=said.append)
    assert json.loads((tmp_path / "best_hyperparameters.previous.json").read_text()) == {"epochs": 77}
    assert "previous" in said[-1] and json.loads(made.best.read_text()) != {"epochs": 77}


@pytest.mark.parametrize(
    "text, words",
    [
        ('{"los": "focal"}', "best_hyperparameters.json cannot be used: There is no setting los; there are: epochs, "),
        ('{"loss": "mse"}', "cannot be 'mse'; it takes one of cross_entropy, focal, soft_labels"),
        ('{"dropout": 2}', "from 0 to 1"),
        ('{"loss": ', "is not JSON"),
        ("[1]", "one object"),
    ],
)
@pytest.mark.parametrize("model", source.MODELS)
def test_an_edited_file_is_read_and_a_wrong_one_refused_with_the_choices(model, text, words, tmp_path, monkeypatch):
    monkeypatch.setattr(config, "MODELS_FOLDER", tmp_path)
    monkeypatch.setattr(import_module("source.api.settings"), "default_settings", lambda spec: spec.default_settings)
    (tmp_path / model).mkdir()
    (tmp_path / model / BEST_SETTINGS).write_text('{"epochs": 3, "loss": "focal"}')
    assert asdict(api.configured(model)) == asdict(spec_of(model).default_settings) | {"epochs": 3, "loss": "focal"}
    assert api.configured(model, ["epochs=5"]).epochs == 5
    (tmp_path / model / BEST_SETTINGS).write_text(text)
    with pytest.raises(DemeanorError, match=words):
        api.configured(model)
