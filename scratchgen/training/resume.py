"""Going on with a run that was interrupted, killed or stopped: it ends with the bits of one that was not."""

from __future__ import annotations

from pathlib import Path

from scratchgen import kernels
from scratchgen.errors import BadInput
from scratchgen.nn import Module
from scratchgen.training.experiments import EXPERIMENTS, Score
from scratchgen.training.recipes import DEFAULT
from scratchgen.training.run import SAVE_SECONDS, Run
from scratchgen.training.saved import read_config

OF_THE_RUN = ("kind", "data_sha256", "seed", "model", "training")  # what must be as it was


def resume(
    directory: Path,
    kind: str,
    *,
    save_every: float = SAVE_SECONDS,
    max_minutes: float | None = None,
    quiet: bool = False,
) -> tuple[Module, list[Score]]:
    """Go on with the run in `directory`, with its own data, settings, seed and kernel backend.

    Raises BadInput where there is no run of that kind, where it is finished, or where its data have changed.
    """
    config = read_config(directory)
    if config["kind"] != kind:
        own = config["kind"]
        raise BadInput(f"{directory} holds a run of kind {own}; say `scratchgen train {own} --resume`")
    try:
        settings = type(DEFAULT[kind])(**config["training"])
        source, seed, backend = config["source"], config["seed"], config["backend"]
    except (KeyError, TypeError) as error:
        path = directory / "config.json"
        raise BadInput(f"{path} says too little to go on ({error!r}); train again") from None

    def open_run(found: dict) -> Run:
        changed = [name for name in OF_THE_RUN if found[name] != config.get(name)]
        if changed:
            raise BadInput(f"{directory} cannot go on: {changed[0]} of {source} has changed since it began")
        return Run(
            directory, config, resume=True, save_every=save_every, max_minutes=max_minutes, quiet=quiet
        )

    with kernels.use(backend):
        return EXPERIMENTS[kind](source, settings, seed, open_run)
