"""A model is one folder and one line: a fifth one, put into a copy of the project, has every command."""

import json
import re
import shutil

import numpy as np
import pytest

from source.core import config

PULSE = config.ROOT / "tests" / "support" / "pulse"
LINE = '    "pulse": "a pulse",\n'
QUICK = "epochs=2 batch_size=8"


@pytest.fixture
def house(project):
    """The copy with the folder and the line, and files of numbers whose mean and course tell the emotion."""
    shutil.copytree(PULSE, project.folder / "source" / "pulse")
    models = project.folder / "source" / "__init__.py"
    text = models.read_text(encoding="utf-8")
    assert text.count("\n}") == 1
    models.write_text(text.replace("\n}", f"\n{LINE}}}"), encoding="utf-8")
    draw, original = np.random.default_rng(0), project.folder / "original"
    original.mkdir()
    rows = ["path,emotion,speaker,split"]
    for number in range(84):
        emotion, speaker = config.EMOTIONS[number % 7], number // 7
        np.savetxt(original / f"{number}.csv", 50 + 6 * (number % 7) + draw.normal(size=20))
        rows.append(f"{number}.csv,{emotion},{speaker},{('train', 'train', 'val', 'test')[speaker % 4]}")
    (original / "clips.csv").write_text("\n".join(rows))
    (project.folder / "by_eye.csv").write_text("file,emotion\noriginal/0.csv,angry\noriginal/3.csv,happy|fear\n")
    (project.folder / "input_files" / "three").mkdir()
    for name in ("calm.csv", "three/a.csv", "three/b.csv", "three/c.csv"):
        shutil.copy(original / "0.csv", project.folder / "input_files" / name)
    return project


@pytest.mark.slow
def test_a_fifth_model_is_one_folder_and_one_line(house):
    """All commands are typed in the menu, in one process: it would take a minute to import torch for each."""
    lines = [
        "data get mine --from original",
        "pulse preprocess --workers 1",
        f"pulse train --set {QUICK}",
        f"pulse tune --trials 2 --finalists 0 --set {QUICK}",
        f"pulse validate --folds 2 --set {QUICK}",
        "pulse test --split test",
        "pulse predict calm.csv --json",
        "pulse predict calm.csv",
        "pulse predict three",
        "pulse score by_eye.csv",
        "pulse settings",
        "pulse",
        "q",
        "q",
    ]
    finished = house.run(typed="\n".join(lines), PYTHONWARNINGS="ignore")
    out, folder = finished.stdout, house.folder / "models" / "pulse"
    assert finished.returncode == 0 and "a pulse: preprocess, train" in out and "pulse: a pulse\n" in out
    assert "mine for the pulse model" in out and "mine: 84 clips" in out
    assert "Weights: models/pulse/pulse_model.safetensors" in out and "21 clips of test" in out and "beats=32" in out
    assert "only ever seen the pulses of a test" in (folder / "model_card.md").read_text(encoding="utf-8")
    assert len(json.loads((folder / "tuning" / "study.json").read_text(encoding="utf-8"))["trials"]) == 2
    assert (folder / "validation_mine_seven" / "report.md").is_file() and (folder / "test_test").is_dir()
    document = json.loads(re.search(r"^\{\n.*?^\}", out, re.MULTILINE | re.DOTALL)[0])
    assert set(document["readings"][0]["probabilities"]) == set(config.EMOTIONS)
    assert (house.folder / "output_files" / "calm" / "pulse.csv").is_file()
    assert len(list((house.folder / "output_files" / "three").glob("*/pulse.csv"))) == 3
    assert "2 moments in" in out and (house.folder / "output_files" / "by_eye_pulse_scored" / "report.md").is_file()
    assert "pulse model" in house.run("doctor").stdout
