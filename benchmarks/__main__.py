"""The command line of the benchmarks: see the package's docstring."""

import argparse
import sys

import benchmarks
from benchmarks import results
from benchmarks.measuring import QUICK, WHOLE, in_fresh_process


def main() -> None:
    parser = argparse.ArgumentParser("python -m benchmarks", description=(benchmarks.__doc__ or "").partition("\n")[0])
    parser.add_argument("name", nargs="?", choices=benchmarks.BENCHMARKS, help="one of them (default: all)")
    parser.add_argument("--quick", action="store_true", help="tiny repetitions: the figures mean nothing")
    wanted = parser.parse_args()
    for name in [wanted.name] if wanted.name else benchmarks.BENCHMARKS:
        print(f"{name} ...", file=sys.stderr)
        machine = results.machine()
        rows = in_fresh_process(benchmarks.BENCHMARKS[name], QUICK if wanted.quick else WHOLE)
        print(results.table(rows), end="\n\n", flush=True)
        if not wanted.quick:
            results.keep(name, machine, rows)


if __name__ == "__main__":
    main()
