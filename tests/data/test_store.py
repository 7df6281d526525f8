"""The store: memory-mapped, bounded, safe against a kill, stale stores refused."""

import json
import shutil
import sys

import numpy as np
import pytest

import source
from source.core.errors import DemeanorError
from source.core.renamed import RENAMED
from source.data.store import Manifest, Store, StoreWriter, fingerprint
from tests.support.toy import SIDE, TOYS, face_arrays, face_clips

SETTINGS = {"image_side": SIDE, "widths": (1, 2)}


def fresh(clips):
    return Manifest("face", SETTINGS, fingerprint(clips))


def rows(arrays, start, end):
    return {name: array[start:end] for name, array in arrays.items()}


@pytest.mark.parametrize("model", source.MODELS)
def test_what_is_written_is_read_back_by_numpy_and_memory_mapped(tmp_path, model):
    clips, arrays = TOYS[model].clips(10, speakers=3), TOYS[model].arrays(10)
    writer = StoreWriter(tmp_path, fresh(clips))
    writer.append(clips[:6], rows(arrays, 0, 6), {})
    writer.append(clips[6:], rows(arrays, 6, 10), {"bad.png": "damaged"})
    writer.finish()
    store = Store.open(tmp_path, SETTINGS)
    assert list(store.clips) == clips and store.manifest.unreadable == 1
    for name, array in arrays.items():
        assert isinstance(store.arrays[name], np.memmap)
        np.testing.assert_array_equal(np.load(tmp_path / f"{name}.npy", allow_pickle=False), array)


def test_a_killed_run_loses_only_the_last_rows(tmp_path):
    clips, arrays = face_clips(8), face_arrays(8)
    writer = StoreWriter(tmp_path, fresh(clips))
    writer.append(clips[:4], rows(arrays, 0, 4), {})
    # killed while appending: bytes, a table row and no manifest
    for name in arrays:
        with (writer.folder / f"{name}.npy").open("ab") as stream:
            stream.write(b"half a row")
    with (writer.folder / "clips.csv").open("a") as stream:
        stream.write("half.png,toy,4,happy,,,,,,\n")
    again = StoreWriter(tmp_path, fresh(clips))
    assert again.manifest.clips_done == 4
    again.append(clips[4:], rows(arrays, 4, 8), {})
    again.finish()
    store = Store.open(tmp_path, SETTINGS)
    assert list(store.clips) == clips
    for name, array in arrays.items():
        np.testing.assert_array_equal(store.arrays[name], array)


class Killed(BaseException):
    pass


def tracing(each_line, code="store.py"):
    """A trace function that calls `each_line` with the number of each line that runs in a file of this name."""

    def trace(frame, event, argument):
        if event == "call" and not frame.f_code.co_filename.endswith(code):
            return None
        if event == "line":
            each_line(frame.f_lineno)
        return trace

    return trace


@pytest.mark.slow
def test_a_run_killed_at_any_line_is_continued_to_the_same_bytes(tmp_path):
    clips, arrays, lines = face_clips(5), {"values": np.arange(10, dtype=np.uint8).reshape(5, 2)}, []

    def write(name, settings, each_line=None):
        """Three times two files, of which the last cannot be read."""
        sys.settrace(each_line and tracing(each_line))
        try:
            writer = StoreWriter(tmp_path / name, Manifest("face", settings, fingerprint(clips)))
            for start in range(writer.manifest.clips_done, 6, 2):
                bad = {"bad.png": "damaged\nat its end"} if start == 4 else {}
                writer.append(clips[start : start + 2], rows(arrays, start, start + 2), bad)
            writer.finish()
        finally:
            sys.settrace(None)

    def content(name):
        return {file.name: file.read_bytes() for file in (tmp_path / name).iterdir()}

    write("other", SETTINGS | {"image_side": 8})
    shutil.copytree(tmp_path / "other", tmp_path / "whole")
    write("whole", SETTINGS, lines.append)
    for last in {line: place for place, line in enumerate(lines)}.values():
        shutil.copytree(tmp_path / "other", tmp_path / "store")
        passed = iter(range(len(lines)))

        def kill(line, last=last, passed=passed):
            if next(passed) == last:
                raise Killed

        with pytest.raises(Killed):
            write("store", SETTINGS, kill)
        write("store", SETTINGS)
        assert content("store") == content("whole"), lines[last]
        assert sorted(child.name for child in tmp_path.iterdir()) == ["other", "store", "whole"]
        shutil.rmtree(tmp_path / "store")


def test_an_unfinished_store_is_refused(tmp_path):
    StoreWriter(tmp_path, fresh([])).append([], {}, {})
    with pytest.raises(DemeanorError, match="unfinished"):
        Store.open(tmp_path, SETTINGS)


def test_a_stale_store_names_the_setting(tmp_path):
    clips = face_clips(2)
    writer = StoreWriter(tmp_path, fresh(clips))
    writer.append(clips, face_arrays(2), {})
    writer.finish()
    with pytest.raises(DemeanorError, match="image_side was 16 and is now 64"):
        Store.open(tmp_path, SETTINGS | {"image_side": 64})


def test_changed_sources_or_settings_begin_anew(tmp_path):
    clips = face_clips(2)
    writer = StoreWriter(tmp_path, fresh(clips))
    writer.append(clips, face_arrays(2), {})
    assert StoreWriter(tmp_path, fresh(face_clips(3))).manifest.rows == 0


def test_a_store_that_an_earlier_version_began_in_its_place_is_continued(tmp_path):
    clips = face_clips(2)
    writer = StoreWriter(tmp_path / "toy", fresh(clips))
    writer.append(clips, face_arrays(2), {})
    (tmp_path / "toy").rmdir()
    writer.folder.rename(tmp_path / "toy")
    with pytest.raises(DemeanorError, match="unfinished"):
        Store.open(tmp_path / "toy", SETTINGS)
    again = StoreWriter(tmp_path / "toy", fresh(clips))
    again.finish()
    assert again.manifest.rows == len(Store.open(tmp_path / "toy", SETTINGS)) == 2


def test_a_relabelled_or_rewritten_file_changes_the_fingerprint(tmp_path):
    (tmp_path / "a_0_happy.png").write_bytes(b"one")
    [clip] = [c for c in face_clips(1)]
    from dataclasses import replace

    clip = replace(clip, path=tmp_path / "a_0_happy.png")
    before = fingerprint([clip])
    assert fingerprint([replace(clip, emotion="sad")]) != before
    (tmp_path / "a_0_happy.png").write_bytes(b"other")
    assert fingerprint([clip]) != before


def test_arrays_of_another_shape_are_refused(tmp_path):
    clips, arrays = face_clips(2), face_arrays(2)
    writer = StoreWriter(tmp_path, fresh(clips))
    writer.append(clips[:1], rows(arrays, 0, 1), {})
    with pytest.raises(DemeanorError, match="holds"):
        writer.append(clips[1:], {"image": arrays["image"][1:, :8]}, {})


def test_a_damaged_manifest_and_no_store_are_one_sentence(tmp_path):
    with pytest.raises(DemeanorError, match="no preprocessed corpus"):
        Store.open(tmp_path, SETTINGS)
    (tmp_path / "manifest.json").write_text(json.dumps({"rows": 3}))
    with pytest.raises(DemeanorError, match="damaged"):
        Store.open(tmp_path, SETTINGS)


def test_a_store_says_how_many_augmented_copies_its_rows_hold(tmp_path):
    audio = TOYS["audio"].store
    assert audio(tmp_path / "with", copies=2).copies == 2 and audio(tmp_path / "without").copies == 0
    assert TOYS["face"].store(tmp_path / "faces").copies == 0


@pytest.mark.parametrize("model", ["audio", "combined"])
def test_a_store_of_before_0_2_opens_and_is_continued(tmp_path, model):
    names = {name: before for before, name in RENAMED.items()}

    def before(settings):
        return {
            names.get(key, key): before(value) if isinstance(value, dict) else value for key, value in settings.items()
        }

    store = TOYS[model].store(tmp_path)
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    old = before(manifest["settings"])
    assert old != manifest["settings"]
    (tmp_path / "manifest.json").write_text(json.dumps(manifest | {"settings": old}))
    settings = TOYS[model].settings.extract_settings()
    assert Store.open(tmp_path, settings).manifest == store.manifest
    assert StoreWriter(tmp_path, Manifest(model, settings, store.manifest.sources)).manifest.rows == len(store)
