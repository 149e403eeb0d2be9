"""The runs of a reproduction as trainings of their own, several of which can run at once."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from scratchgen.errors import BadInput
from scratchgen.random import HELD_OUT_SEED
from scratchgen.reproductions.reproduction import Part, Reproduction, read_result, run_directory
from scratchgen.runs.files import RESULT
from scratchgen.sweeps.trial import Training


def trainings(reproduction: Reproduction, out: Path, seeds: Iterable[int]) -> list[Training]:
    """The runs without a result; the same command begins and resumes one. Raises BadInput for a damaged result."""
    found = []
    for seed in seeds:
        for part in reproduction.parts:
            directory = run_directory(reproduction, part, seed, out)
            if (directory / RESULT).exists():
                read_result(directory)
                continue
            name = f"{part.name}/{directory.name}"
            command = ["scratchgen", "reproduce", reproduction.name, f"--out={out}", f"--run={name}"]
            found.append(Training(name, directory.absolute(), command, command, Path.cwd()))
    return found


def named_run(reproduction: Reproduction, name: str) -> tuple[Part, int]:
    """The part and the seed of a run that is named as its folder, "latents-4/seed-0"."""
    parts = {part.name: part for part in reproduction.parts}
    match = re.fullmatch(r"(?P<part>.+)/seed-(?P<seed>[0-9]{1,10})", name)
    if match is None or match["part"] not in parts or int(match["seed"]) >= HELD_OUT_SEED:
        raise BadInput(
            f"{reproduction.name} has no run {name!r}; give a part and a seed, such as {next(iter(parts))}/seed-0; "
            f"its parts: {', '.join(parts)}"
        )
    return parts[match["part"]], int(match["seed"])
