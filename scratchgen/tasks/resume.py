"""Going on with a run that was interrupted, killed or stopped: it ends with the bits of one that was not."""

from __future__ import annotations

from pathlib import Path

from scratchgen import kernels
from scratchgen.errors import BadInput
from scratchgen.nn import Module
from scratchgen.runs.config import read_config
from scratchgen.runs.run import Run
from scratchgen.tasks import EXPERIMENTS
from scratchgen.tasks.scores import Score
from scratchgen.tasks.settings import complete, of_run

# what must be as it was
WORDS = {
    "data_sha256": "its data have",
    "seed": "its seed has",
    "model": "the sizes of its model have",
    "training": "its settings have",
}
MEND = "put that back, or train again with another --out"


def resume(directory: Path, kind: str, **of_this_sitting) -> tuple[Module, list[Score]]:
    """Go on with the run in `directory`, with its own data, settings, seed and kernel backend.

    of_this_sitting    as for a Run: save_every, max_minutes, quiet, tensorboard
    Raises BadInput where there is no run of that kind, where it is finished, or where its data have changed.
    """
    config = read_config(directory)
    own = config["kind"]
    if own not in list(EXPERIMENTS):
        raise BadInput(f"{directory / 'config.json'} is damaged: no model is of kind {own!r}; train again")
    if own != kind:
        raise BadInput(f"{directory} holds a run of kind {own}; say `scratchgen train {own} --resume`")
    source, seed, settings = complete(kind, {}, of_run(config, directory))
    open_run = lambda found: open_again(directory, found, **of_this_sitting)
    with kernels.use(config["backend"]):
        return EXPERIMENTS[kind](source, settings, seed, open_run)


def open_again(directory: Path, found: dict, **of_this_sitting) -> Run:
    """The run in `directory` as it goes on, or a new one. Raises BadInput if it was begun with other things.

    found    the configuration as it would be now
    """
    begun = (directory / "config.json").exists()
    config = read_config(directory) if begun else found
    changed = [name for name in WORDS if found[name] != config.get(name)]
    if changed:
        raise BadInput(f"{directory} cannot go on: {WORDS[changed[0]]} changed since it began; {MEND}")
    return Run(directory, config, resume=begun, **of_this_sitting)
