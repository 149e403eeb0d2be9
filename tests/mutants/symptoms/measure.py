"""Measure the signs of planted faults in small trainings: `python tests/mutants/symptoms/measure.py [fault ...]`.

Every training runs in a process of its own, in which the fault is planted while the library is imported. The numbers
go into symptoms.json, from which the site draws the curves; with names of faults, only their entries are measured.

    {"trainings": {name: {"says", "labels", "curves"}}, "faults": {name: {"training", "curves", "stopped"}}}

curves     by the name of a number: [[step, number], ...] with four digits; null is no finite number
stopped    the first line of the error that stopped the training; null if it ran to its end
"""

import json
import math
import multiprocessing
import os
import sys
from importlib import import_module
from pathlib import Path

FOLDER = Path(__file__).parent
ROOT = FOLDER.parents[2]
TABLE = FOLDER / "symptoms.json"
POINTS = 20  # per curve, at most


def run(fault, training: str) -> dict:
    """The numbers that a training logs with a fault planted, or without one (None)."""
    if fault is not None:
        from mutants.finder import Finder

        sys.meta_path.insert(0, Finder(fault.module, fault.text, fault.wrong))
    family, _, name = training.partition(".")
    chosen = import_module(f"mutants.symptoms.of_{family}").TRAININGS[name]  # imports the library
    rows, stopped = [], None
    try:
        rows.extend(chosen.run())
    except Exception as error:
        stopped = f"{type(error).__name__}: {error}".partition("\n")[0]
    rows = rows[(len(rows) - 1) % every :: every] if (every := math.ceil(len(rows) / POINTS)) else []
    curves = {name: [[step, _rounded(row[name])] for step, row in rows] for name in chosen.curves}
    return {"says": chosen.says, "labels": dict(chosen.curves), "curves": curves, "stopped": stopped}


def _run(request: tuple) -> dict:
    return run(*request)


def _rounded(number: float) -> float | None:
    return float(f"{number:.4g}") if math.isfinite(number) else None


def measure(faults: list[str]) -> dict:
    """The table for these faults, and for their trainings without a fault."""
    from mutants.faults import FAMILIES
    from mutants.symptoms.sign import Sign
    from mutants.symptoms.signs import SIGNS

    by_name = {fault.name: fault for family in FAMILIES.values() for fault in family}
    wanted = {name: sign.training for name in faults if isinstance(sign := SIGNS[name], Sign)}
    trainings = sorted({*wanted.values()})
    requests = [(None, training) for training in trainings]
    requests += [(by_name[name], training) for name, training in wanted.items()]
    os.environ |= {"OPENBLAS_NUM_THREADS": "1", "SCRATCHGEN_KERNELS": "numpy"}
    sys.path[:0] = [str(ROOT), str(ROOT / "kernels")]  # first: tests has folders with the packages' names
    # a process per training: what one imports with a fault, no other may see
    with multiprocessing.get_context("spawn").Pool(2, maxtasksperchild=1) as pool:
        found = []
        for (fault, training), numbers in zip(requests, pool.imap(_run, requests), strict=True):
            print(f"{training}: {fault.name if fault else 'right'}", flush=True)
            found.append(numbers)
    right, wrong = found[: len(trainings)], found[len(trainings) :]
    for training, numbers in zip(trainings, right, strict=True):
        assert numbers.pop("stopped") is None, f"the training {training!r} does not run without a fault"
    keys = ("curves", "stopped")
    return {
        "trainings": dict(zip(trainings, right, strict=True)),
        "faults": {
            name: {"training": training} | {key: numbers[key] for key in keys}
            for (name, training), numbers in zip(wanted.items(), wrong, strict=True)
        },
    }


def as_text(table, depth: int = 0) -> str:
    """JSON with one line per curve, so that a fault measured again changes few lines."""
    if not isinstance(table, dict) or not table:
        return json.dumps(table, ensure_ascii=False)
    space = " " * depth
    rows = [
        f"{space} {json.dumps(name, ensure_ascii=False)}: {as_text(part, depth + 1)}"
        for name, part in table.items()
    ]
    return "{\n" + ",\n".join(rows) + f"\n{space}}}"


def main() -> None:
    """Measure, and write the table."""
    from mutants.symptoms.signs import SIGNS

    measured = measure(sys.argv[1:] or [*SIGNS])
    table = {"trainings": {}, "faults": {}}
    if sys.argv[1:]:
        table = json.loads(TABLE.read_text(encoding="utf-8"))
    for part in table:
        table[part] = dict(sorted((table[part] | measured[part]).items()))
    TABLE.write_text(as_text(table) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.path.insert(0, str(FOLDER.parents[1]))
    main()
