"""The live table of a sweep: the state, the progress and the score of its trials."""

import io
from types import SimpleNamespace

import pytest
from rich.console import Console

from scratchgen.runs.config import RunConfig
from scratchgen.runs.record import Record
from scratchgen.runs.score import Score
from scratchgen.sweeps import progress
from scratchgen.sweeps.plan import Trial
from scratchgen.sweeps.progress import SweepProgress
from scratchgen.sweeps.trial import Ended
from scratchgen.tasks import get_task

NAMES = ("waits", "trains", "done", "[red]broken")


@pytest.fixture
def shown(tmp_path, monkeypatch):
    """A progress of four trials, one in each state, on a screen of this height; what it has printed."""

    def of(height):
        for name in NAMES[1:]:
            (tmp_path / name).mkdir(exist_ok=True)
            (tmp_path / name / "config.json").touch()
        config = RunConfig(task="vae", settings={"epochs": 20, "prior_epochs": 10}, monitored=["elbo"])
        scores = {"done": [Score("ELBO", "-2", value=-2.0)]}
        record = lambda path: Record(
            path, config, [{"epoch": 1, "elbo": -3.5}], scores.get(path.name, []), None
        )
        monkeypatch.setattr(progress, "read_record", record)
        monkeypatch.setattr(progress, "is_finished", lambda path: path.name == "done")
        trials = [Trial(name, {}, {}, 0) for name in NAMES]
        sweep = SimpleNamespace(
            plan=SimpleNamespace(trials=trials, score=None, task=get_task("vq")),
            directory=tmp_path,
            path=lambda trial: tmp_path / trial.name,
            finished=lambda: [],
        )
        made = SweepProgress(sweep)
        made._console = Console(file=io.StringIO(), width=100, height=height)
        return made, made._console.file

    return of


def test_a_row_says_how_far_a_trial_is_and_running_ones_come_first(shown):
    made, printed = shown(height=20)
    made.show(Ended("[red]broken", "no [luck]"))
    made._console.print(made.table())
    failed, counts, _, *rows = printed.getvalue().splitlines()
    assert failed == "failed  [red]broken  no [luck]"
    assert counts.strip() == "1 training, 1 failed, 1 finished, 1 waiting"
    assert [row.split() for row in rows] == [
        ["trains", "training", "1/30", "epochs", "elbo", "-3.500"],
        ["[red]broken", "failed", "no", "[luck]"],
        ["done", "finished", "ELBO", "-2"],
        ["waits", "waiting"],
    ]


def test_a_small_screen_shows_the_first_rows_and_the_number_of_others(shown):
    made, printed = shown(height=progress.ROOM + 1)
    made._console.print(made.table())
    assert [line.split()[:2] for line in printed.getvalue().splitlines()[2:]] == [
        ["trains", "training"],
        ["and", "3"],
    ]


def test_without_a_terminal_a_finished_trial_is_one_line(shown):
    made, printed = shown(height=20)
    with made.live():
        made.show(Ended("done", None))
    assert printed.getvalue() == "finished 1/4  done  ELBO -2\n"
