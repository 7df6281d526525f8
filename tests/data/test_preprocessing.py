"""Preprocessing: resumable, bounded, the same by every executor; unreadable files are listed, never lost in silence."""

import signal
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from source.core import config, pretrained
from source.core.errors import DemeanorError
from source.core.workers import WorkerDied
from source.data import preprocessing
from source.data.clips import write_clips
from source.data.preprocessing import preprocess
from source.data.store import Store
from source.face import SPEC
from tests.support.toy import TOYS

COUNT = 150  # more than two jobs
needs_landmarker = pytest.mark.skipif(
    bool(pretrained.problem_with(pretrained.ASSETS["face_landmarker"])), reason="the face landmarker is not installed"
)


def numbers(path, settings):
    """A toy extract: needs no pretrained file."""
    if path.name.startswith("bad"):
        raise DemeanorError(f"{path.name} is damaged.")
    return {"values": np.full((4, 4), int(path.stem.split("_")[1]), np.uint16), "found": np.float32(1)}


@pytest.fixture
def toy():
    return TOYS["face"]


@pytest.fixture
def spec(toy):
    return replace(toy.spec, extract=numbers)


@pytest.fixture
def corpus(toy, spec, tmp_path, monkeypatch):
    monkeypatch.setattr(config, "DATA_FOLDER", tmp_path)
    monkeypatch.setattr(preprocessing, "spec_of", lambda name: spec)
    folder = spec.training_folder / "toy"
    folder.mkdir(parents=True)
    clips = [
        replace(clip, path=folder / f"toy_{i}_{clip.emotion}{toy.suffix}") for i, clip in enumerate(toy.clips(COUNT, 9))
    ]
    for clip in clips:
        clip.path.write_bytes(b"x")
    write_clips(folder / "clips.csv", clips, relative_to=folder)
    return clips


def stored(toy):
    return Store.open(toy.spec.store_folder / "toy", toy.settings.extract_settings())


@pytest.mark.parametrize("executor", [None, "threads"])
def test_rows_are_in_the_clips_order(toy, spec, corpus, executor):
    if executor:
        with ThreadPoolExecutor(3) as pool:
            made = preprocess(spec, toy.settings, "toy", executor=pool, workers=3)
    else:
        made = preprocess(spec, toy.settings, "toy")
    assert (made.clips, made.unreadable, made.done_before) == (COUNT, 0, 0)
    assert stored(toy).arrays["values"][:, 0, 0].tolist() == list(range(COUNT))
    assert [clip.speaker for clip in stored(toy).clips] == [clip.speaker for clip in corpus]


def test_a_second_run_does_nothing(toy, spec, corpus, monkeypatch):
    preprocess(spec, toy.settings, "toy")
    monkeypatch.setattr(preprocessing, "extract_clips", None)  # would fail if called
    assert preprocess(spec, toy.settings, "toy").done_before == COUNT


class Killed(Exception):
    pass


def test_a_killed_run_goes_on_where_it_stopped(toy, spec, corpus):
    def kill(done, total):
        if done:
            raise Killed

    with pytest.raises(Killed):
        preprocess(spec, toy.settings, "toy", on_progress=kill)
    with pytest.raises(DemeanorError, match="unfinished"):
        stored(toy)
    assert preprocess(spec, toy.settings, "toy").done_before == 1
    assert stored(toy).arrays["values"][:, 0, 0].tolist() == list(range(COUNT))


@pytest.mark.parametrize("seconds, most", [(0, 64), (1e9, 64), (1e9, 7)])
def test_the_store_is_the_same_whatever_is_committed_at_once(toy, spec, corpus, monkeypatch, seconds, most):
    made = preprocess(spec, toy.settings, "toy")
    before = {file.name: file.read_bytes() for file in made.folder.iterdir()}
    monkeypatch.setattr(preprocessing, "SECONDS_PER_JOB", seconds)
    monkeypatch.setattr(preprocessing, "CLIPS_PER_JOB", most)
    steps = []
    made = preprocess(spec, toy.settings, "toy", resume=False, on_progress=lambda done, _: steps.append(done))
    assert {file.name: file.read_bytes() for file in made.folder.iterdir()} == before
    assert max(np.diff(steps)) == (most if seconds else 1)


def test_a_job_of_slow_clips_is_short(toy, spec, corpus, monkeypatch):
    clock, lengths = iter(range(10_000)), []  # each look at the clock takes a tenth of a second
    monkeypatch.setattr(preprocessing.time, "monotonic", lambda: next(clock) / 10)

    def slow(path, settings):
        preprocessing.time.monotonic()
        return numbers(path, settings)

    monkeypatch.setattr(preprocessing, "spec_of", lambda name: replace(spec, extract=slow))
    preprocess(spec, toy.settings, "toy", on_progress=lambda done, _: lengths.append(done))
    assert max(np.diff(lengths)) == 3


def test_a_finished_store_stays_until_that_of_other_settings_is_finished(toy, spec, corpus):
    def kill(done, total):
        if done > 100:
            raise Killed

    finished = preprocess(spec, toy.settings, "toy")
    other = replace(toy.settings, image_side=20)
    with pytest.raises(Killed):
        preprocess(spec, other, "toy", on_progress=kill)
    assert len(stored(toy)) == COUNT and preprocess(spec, toy.settings, "toy").done_before == COUNT
    again = preprocess(spec, other, "toy")
    assert again.done_before > 100 and again.folder == finished.folder
    assert len(Store.open(again.folder, other.extract_settings())) == COUNT
    assert [child.name for child in again.folder.parent.iterdir()] == ["toy"]


def test_unreadable_files_are_listed_and_the_others_kept(toy, spec, corpus):
    folder = spec.training_folder / "toy"
    bad = replace(corpus[5], path=folder / f"bad_5{toy.suffix}")
    write_clips(folder / "clips.csv", [*corpus[:5], bad, *corpus[6:]], relative_to=folder)
    made = preprocess(spec, toy.settings, "toy")
    assert (made.clips, made.unreadable) == (COUNT - 1, 1)
    assert f"bad_5{toy.suffix} is damaged" in (made.folder / "unreadable.csv").read_text()
    values = stored(toy).arrays["values"][:, 0, 0].tolist()
    assert values == [i for i in range(COUNT) if i != 5] and len(stored(toy).clips) == COUNT - 1


def test_a_changed_file_is_preprocessed_again(toy, spec, corpus):
    preprocess(spec, toy.settings, "toy")
    corpus[0].path.write_bytes(b"another")
    assert preprocess(spec, toy.settings, "toy").done_before == 0


class Dying(ThreadPoolExecutor):
    """Workers of this process, one of which dies over files of this name as if by this signal."""

    name, by = "", signal.SIGABRT

    def __init__(self, count, prepare):
        super().__init__(count)

    def submit(self, job, model, settings, paths):
        def run():
            if any(path.name.startswith(self.name) for path in paths):
                died = WorkerDied("died")
                died.exit_code = -self.by
                raise died
            return job(model, settings, paths)

        return super().submit(run)


@pytest.mark.parametrize("by", [signal.SIGABRT, signal.SIGKILL])
def test_a_file_that_ends_its_worker_costs_that_file_alone_and_lack_of_memory_is_no_files_fault(
    toy, spec, corpus, monkeypatch, by
):
    monkeypatch.setattr(preprocessing, "Workers", Dying)
    monkeypatch.setattr(Dying, "name", corpus[70].path.name)
    monkeypatch.setattr(Dying, "by", by)
    if by == signal.SIGKILL:
        with pytest.raises(DemeanorError, match="fewer --workers"):
            preprocess(spec, toy.settings, "toy", workers=2)
        return
    made = preprocess(spec, toy.settings, "toy", workers=2)
    assert (made.clips, made.unreadable) == (COUNT - 1, 1)
    assert stored(toy).arrays["values"][:, 0, 0].tolist() == [i for i in range(COUNT) if i != 70]
    assert corpus[70].path.name in (made.folder / "unreadable.csv").read_text()


def test_no_training_files_and_an_unknown_corpus_are_one_sentence(toy, spec, corpus):
    with pytest.raises(DemeanorError, match="there are: toy"):
        preprocess(spec, toy.settings, "FER2014")


def test_work_in_flight_is_bounded(toy, spec, corpus, monkeypatch):
    monkeypatch.setattr(preprocessing, "CLIPS_PER_JOB", 5)
    waiting = []

    class Watched(ThreadPoolExecutor):
        def submit(self, *job):
            waiting.append(self._work_queue.qsize())
            return super().submit(*job)

    with Watched(1) as pool:
        preprocess(spec, toy.settings, "toy", executor=pool, workers=1)
    assert len(waiting) > COUNT / 5 and max(waiting) <= preprocessing.AHEAD


@needs_landmarker
@pytest.mark.slow
def test_processes_and_one_process_agree_on_real_pictures(tmp_path, monkeypatch):
    monkeypatch.setattr(config, "DATA_FOLDER", tmp_path)
    monkeypatch.setattr(preprocessing, "CLIPS_FOR_PROCESSES", 2)
    face = Image.open(config.INPUT_FOLDER / "demo_astronaut.png").convert("L").crop((150, 50, 300, 220))
    folder = tmp_path / "training_faces" / "mine"
    folder.mkdir(parents=True)
    for number, turn in enumerate((0, 10, 20)):
        face.rotate(turn).resize((48, 48)).save(folder / f"mine_{number}_happy.png")
    Image.new("L", (48, 48), 128).save(folder / "mine_3_neutral.png")  # nobody in it
    stores = []
    for workers in (1, 2):
        made = preprocess(SPEC, SPEC.default_settings, "mine", workers=workers, resume=False)
        stores.append(Store.open(made.folder, SPEC.default_settings.extract_settings()))
        arrays = {name: np.array(array) for name, array in stores[-1].arrays.items()}
        stores[-1] = arrays
    for name, array in stores[0].items():
        np.testing.assert_array_equal(array, stores[1][name])
    assert stores[0]["face_found"].tolist() == [1, 1, 1, 0] and not stores[0]["landmarks"][3].any()
    assert stores[0]["image"].shape == (4, 48, 48)
