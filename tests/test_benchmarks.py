"""The benchmarks' registry and table; nothing is measured here."""

import json
import subprocess
import sys

import pytest

import config
from benchmarks import BENCHMARKS, results
from benchmarks.measuring import QUICK, WHOLE, Row, interleaved

ROWS = [
    Row("pictures", "a second", (180.0, 170.0, 175.0), "another", (90.0, 85.0, 100.0), "median >= 170"),
    Row("a frame", "ms", (12.0, 14.0), "another", (10.0, 10.0), "ratio <= 1.15"),
    Row("start-up", "s", (0.1234,)),
    Row("first result (for want of a trained model)", "s", (), target="median <= 60"),
]


@pytest.mark.parametrize("name", BENCHMARKS)
def test_every_benchmark_is_the_function_of_its_file(name):
    assert callable(BENCHMARKS[name])
    assert BENCHMARKS[name].__module__ == f"benchmarks.{name}" and sys.modules[f"benchmarks.{name}"].__doc__


def test_the_table_says_figure_alternative_ratio_and_verdict():
    header, rule, *lines = results.table(ROWS).splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert cells[0] == ["pictures", "175 a second (170 to 180)", "another", "90.0 a second (85.0 to 100)", "2.00",
                        "median >= 170", "yes"]  # fmt: skip
    assert cells[1][-3:] == ["1.30", "ratio <= 1.15", "no"]
    assert cells[2] == ["start-up", "0.123 s (0.123 to 0.123)", "", "", "", "", ""]
    assert cells[3][1] == "not measured" and cells[3][-1] == ""
    assert len({len(line) for line in (header, rule, *lines)}) == 1


def test_results_of_one_benchmark_replace_only_its_own(tmp_path):
    for name, rows in (("training", ROWS[:1]), ("memory", ROWS), ("training", ROWS[1:2])):
        results.keep(name, results.machine(), rows, tmp_path)
    document = json.loads((tmp_path / "results.json").read_text())
    assert [len(document[name]["rows"]) for name in ("training", "memory")] == [1, 4]
    assert document["training"]["rows"][0]["ratio"] == pytest.approx(1.3)
    text = (tmp_path / "results.md").read_text()
    for part in (*map(results.table, (ROWS, ROWS[1:2])), sys.modules["benchmarks.memory"].__doc__.strip()):
        assert part in text
    assert f"date {document['memory']['machine']['date']}" in text


def test_jobs_take_turns_and_the_first_round_does_not_count():
    turns = []
    jobs = {name: lambda name=name: turns.append(name) or len(turns) for name in "AB"}
    assert interleaved(jobs, 2) == {"A": (3, 5), "B": (4, 6)} and "".join(turns) == "ABABAB"
    assert WHOLE.of(100) == 100 and QUICK.of(10) == 1 and QUICK.of(10, least=2) == 2


def test_what_starts_the_measured_processes_stays_small():
    code = "import benchmarks, sys; sys.exit(bool({'torch', 'mediapipe', 'cv2', 'matplotlib'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], cwd=config.ROOT, check=False).returncode == 0
