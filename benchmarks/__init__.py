"""How fast Demeanor is and how much memory it takes, against named alternatives measured in the same run.

    python -m benchmarks                 all of them, into benchmarks/results.md and results.json
    python -m benchmarks training        one of them; the others' results stay
    python -m benchmarks --quick         only to see that they work: nothing is written

All of them take about ten minutes; the figures are worth something on a machine that does nothing else.
"""

from collections.abc import Callable

from benchmarks import face_mesh, memory, prediction, preprocessing, start_up, training
from benchmarks.measuring import Effort, Row

# A benchmark is the function `measure` of a file of this folder; the file's docstring says what it measures.
BENCHMARKS: dict[str, Callable[[Effort], list[Row]]] = {
    "preprocessing": preprocessing.measure,
    "face_mesh": face_mesh.measure,
    "training": training.measure,
    "prediction": prediction.measure,
    "start_up": start_up.measure,
    "memory": memory.measure,
}
