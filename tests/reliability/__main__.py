"""Stop every command at random moments, `--rounds` times each with Ctrl-C and with kill -9, and print a table."""

import argparse
import os
import random
import signal
import statistics
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

SIGNALS = {"Ctrl-C": signal.SIGINT, "kill -9": signal.SIGKILL}


def main(folder: Path) -> int:
    home = folder / "home"
    os.environ |= {"DEMEANOR_HOME": str(home), "OMP_NUM_THREADS": "1"}  # before `source` is imported
    rounds, scenarios = (import_module(f"tests.reliability.{name}") for name in ("rounds", "scenarios"))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--only", nargs="+", choices=scenarios.SCENARIOS, default=list(scenarios.SCENARIOS))
    parser.add_argument("--signals", nargs="+", choices=SIGNALS, default=list(SIGNALS))
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    draw, faulty = random.Random(asked.seed), 0
    print("| command | signal | rounds | stopped | median s | longest s | faults |\n|---|---|---|---|---|---|---|")
    for name in asked.only:
        undisturbed = rounds.Undisturbed.run(scenarios.SCENARIOS[name], home)
        for kind in asked.signals:
            moments = [draw.uniform(0, 1.02 * undisturbed.seconds) for _ in range(asked.rounds)]
            made = [rounds.one_round(undisturbed, moment, SIGNALS[kind], home) for moment in moments]
            took = [each.seconds for each in made if not each.ended_before] or [0.0]
            faults = [(at, fault) for at, each in zip(moments, made, strict=True) for fault in each.faults]
            cells = (name, kind, asked.rounds, len(took), f"{statistics.median(took):.2f}", f"{max(took):.2f}")
            print("|", *(f"{cell} |" for cell in (*cells, len(faults))), flush=True)
            for at, fault in faults:
                print(f"  after {at:.2f} s of {undisturbed.seconds:.2f}: {fault}", flush=True)
            faulty += len(faults)
    print(f"Load of the machine at the end: {os.getloadavg()[0]:.1f}.")
    return bool(faulty)


if __name__ == "__main__":
    with TemporaryDirectory() as scratch:
        raise SystemExit(main(Path(scratch)))
