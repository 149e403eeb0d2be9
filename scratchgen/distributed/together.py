"""How the ranks of a training begin and end together.

Before the training they meet once: each reports its error, if it has found one, or its configuration. An error that is
found until then ends all ranks in an orderly way; after that, the rank that fails ends the others.
"""

from __future__ import annotations

import platform
from collections.abc import Callable
from types import TracebackType
from typing import Any

from scratchgen.errors import BadInput, one_line
from scratchgen.optim import Shards
from scratchgen.optim.ranks import Ranks
from scratchgen.runs.config import RunConfig
from scratchgen.runs.follower import Follower
from scratchgen.runs.run import Run
from scratchgen.runs.stopped import Stopped

EQUAL = {  # of the configuration: field → its name in a message
    "task": "task",
    "settings": "settings",
    "seed": "seed",
    "data_sha256": "data",
    "data_info": "description of the data",
    "model": "model",
    "versions": "versions",
    "backend": "kernel backend",
}


class Together:
    """A context for one training on the ranks of a launcher; with a single rank it does nothing.

    An error within it leaves `ranks.others_wait` True where the other ranks do not know of it.
    """

    def __init__(self, ranks: Ranks):
        self.ranks = ranks
        self._have_met = self._is_training = False

    def opening(self, open_run: Callable[..., Run]) -> Callable[[RunConfig], Any]:
        """A function that opens the run on rank 0 and a Follower elsewhere, once all ranks are about to train the same.

        open_run    (configuration, ranks=…) ↦ the run
        """
        return lambda config: self._open(open_run, config)

    def _open(self, open_run: Callable[..., Run], config: RunConfig) -> Run | Follower:
        if self.ranks.size == 1:
            return open_run(config)
        _check_shards(config.settings, self.ranks)
        self._meet({field: getattr(config, field) for field in EQUAL})
        run: Run | Follower
        if self.ranks.rank:
            state = self.ranks.broadcast(None)
            if isinstance(state, str):  # the error of rank 0, which says it
                raise BadInput(state)
            run = Follower(self.ranks, state)
        else:
            try:
                run = open_run(config, ranks=self.ranks)
            except BadInput as error:
                self.ranks.broadcast(str(error))
                raise
            self.ranks.broadcast(run.resumed)
        self._is_training = True
        return run

    def _meet(self, found: dict[str, Any] | str) -> None:
        """Exchange the configurations of all ranks, or their errors.

        Raises BadInput, on all ranks, with the first error, and for ranks that would train something else.
        """
        self._have_met = True
        everywhere = self.ranks.gather((found, platform.node()))
        for rank, (of_rank, host) in enumerate(everywhere):
            if isinstance(of_rank, str):
                raise BadInput(of_rank if rank == 0 else f"rank {rank} on {host}: {of_rank}")
        for rank, (of_rank, host) in enumerate(everywhere):
            for field, what in EQUAL.items():
                if of_rank[field] != everywhere[0][0][field]:
                    raise BadInput(
                        f"rank {rank} on {host} has other {what} than rank 0 on {everywhere[0][1]}; give all ranks "
                        f"the same{_difference(of_rank[field], everywhere[0][0][field])}"
                    )

    def __enter__(self) -> Together:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.ranks.size == 1 or problem is None:
            return
        if not self._have_met:
            self._meet(one_line(problem) or type(problem).__name__)
        elif self._is_training and not (isinstance(problem, Stopped) and problem.agreed):
            self.ranks.others_wait = True


def _check_shards(settings: dict[str, Any], ranks: Ranks) -> None:
    """Raise BadInput for ranks that cannot share the micro-shards of a batch."""
    shards = Shards(settings["micro_shards"], ranks)
    if settings["batch_size"] < shards.n:
        raise BadInput(
            f"a batch of {settings['batch_size']} examples has fewer than {shards.n} micro-shards; choose a larger "
            "--batch-size"
        )


def _difference(found: Any, of_first: Any) -> str:
    """The first difference between two dictionaries, for the end of a message."""
    if not (isinstance(found, dict) and isinstance(of_first, dict)):
        return ""
    names = [name for name in found.keys() | of_first.keys() if found.get(name) != of_first.get(name)]
    return "".join(f": {name} is {found.get(name)}, not {of_first.get(name)}" for name in sorted(names)[:1])
