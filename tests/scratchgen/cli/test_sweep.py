"""`scratchgen sweep`: many trainings, resumed one by one, and compared over seeds."""

import json
import re
from pathlib import Path

import pytest

from scratchgen import cli
from scratchgen.runs.record import read_record
from scratchgen.sweeps import trial

COMMANDS_PAGE = Path(__file__).parents[3] / "tutorials" / "commands.md"
TINY = """
train = "vae"
data = "ring"
seeds = [0, 1]
[settings]
epochs = 1
batch_size = 5000
latent_dim = 2
[grid]
hidden = [4, 8]
"""
RESULTS = "model.safetensors", "metrics.jsonl", "scores.json"


@pytest.fixture
def sweep(scratchgen_in, tmp_path):
    """sweep(text, *options): writes the sweep file and runs the command in an empty folder."""
    run = scratchgen_in(tmp_path)

    def command(text, *options):
        (tmp_path / "mine.toml").write_text(text)
        return run("sweep", "mine.toml", *options)

    return command


@pytest.fixture
def trained(monkeypatch):
    """Trains in the process of the test, where pictures need not be drawn; the names of the trained runs."""
    names = []

    def attempt(training, environment, stopping):
        names.append(training.name)
        words = training.resume if (training.directory / "config.json").exists() else training.begin
        with pytest.raises(SystemExit) as ended:
            cli.main([*words[1:], "--quiet"])
        return "" if ended.value.code == 0 else f"failed with status {ended.value.code}"

    monkeypatch.setattr(trial, "_attempt", attempt)
    return names


def contents(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.unrendered
def test_each_run_is_that_of_the_train_command_and_a_second_sweep_repeats_nothing(sweep, trained, tmp_path):
    done = sweep(TINY, "--jobs", 1)
    assert done.returncode == 0, done.stderr
    assert trained == [f"hidden={h},seed={s}" for h in (4, 8) for s in (0, 1)]
    out = tmp_path / "sweeps" / "mine"
    config = read_record(out / "hidden=8,seed=1").config
    assert (config.settings["hidden"], config.seed) == (8, 1)
    options = (
        "--data",
        "ring",
        "--epochs",
        "1",
        "--batch-size",
        "5000",
        "--latent-dim",
        "2",
        "--hidden",
        "8",
    )
    with pytest.raises(SystemExit):
        cli.main(["train", "vae", *options, "--seed", "1", "--out", "alone", "--quiet"])
    for name in RESULTS:
        assert (out / "hidden=8,seed=1" / name).read_bytes() == (tmp_path / "alone" / name).read_bytes()

    lines = done.stdout.splitlines()
    means = {}
    for hidden in (4, 8):
        records = [read_record(out / f"hidden={hidden},seed={seed}") for seed in (0, 1)]
        a, b = (record.epochs[-1]["validation_elbo"] for record in records)
        means[hidden] = (a + b) / 2, abs(a - b) / 2  # of two numbers, s/√2 is half their distance
    best = max(means, key=lambda hidden: means[hidden][0])
    number, error = map(float, re.search(rf"^{best} +2 +(\S+) ± (\S+)", done.stdout, re.M).groups())
    assert (number, error) == pytest.approx(means[best], abs=10 ** -len(str(error).partition(".")[2]))
    assert f"Best settings: hidden {best}" in lines and "Report: sweeps/mine/report.html" in lines
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "Best settings" in page and "4 of 4 runs are finished" in page and page.count("<img") == 3
    assert f"--set hidden={best} --seed 0" in page

    before = {path: path.stat().st_mtime_ns for path in out.glob("*=*/**/*")}
    again = sweep(TINY)
    assert again.returncode == 0 and done.stdout.endswith(again.stdout) and len(trained) == 4
    assert {path: path.stat().st_mtime_ns for path in out.glob("*=*/**/*")} == before

    changed = sweep(TINY.replace("[4, 8]", "[4, 9]"))
    assert changed.returncode == 2 and len(trained) == 4
    assert "was begun with other trainings than the file describes now" in changed.stderr
    misspelt = sweep('score = "validation_elb"\ngoal = "maximize"\n' + TINY)
    assert misspelt.returncode == 2 and "there are held-out ELBO, nats per example; " in misspelt.stderr
    decided = sweep('score = "validation_elbo"\ngoal = "minimize"\n' + TINY)
    assert decided.returncode == 0 and "Best first: lowest validation elbo." in decided.stdout


@pytest.mark.unrendered
def test_the_example_of_the_page_of_commands_runs(sweep, trained, tmp_path):
    (text,) = re.findall(r"^```toml\n(.*?)^```$", COMMANDS_PAGE.read_text(encoding="utf-8"), re.M | re.S)
    done = sweep(text, "--jobs", 1)
    assert done.returncode == 0, done.stderr
    assert len(trained) == 4 and "Best settings: latent dim" in done.stdout


@pytest.mark.unrendered
def test_a_run_that_fails_is_tried_twice_and_reported_while_the_others_go_on(
    sweep, monkeypatch, trained, tmp_path
):
    attempt, tried = trial._attempt, []

    def failing(training, *others):
        tried.append(training.name)
        return "no luck [red]" if "hidden=4" in training.name else attempt(training, *others)

    monkeypatch.setattr(trial, "_attempt", failing)
    done = sweep(TINY.replace("seeds = [0, 1]", ""), "--jobs", 1)
    assert done.returncode == 1 and tried == ["hidden=4,seed=0", "hidden=4,seed=0", "hidden=8,seed=0"]
    assert "failed  hidden=4,seed=0  no luck [red]\n" in done.stderr
    assert "finished 1/2  hidden=8,seed=0  validation elbo -3." in done.stderr
    page = (tmp_path / "sweeps" / "mine" / "report.html").read_text(encoding="utf-8")
    assert "no luck [red]" in page and "1 of 2 runs are finished" in page
    assert re.search(r"^4 +0 +–", done.stdout, re.M) and "Best settings: hidden 8" in done.stdout


LONG = ", ".join(map(str, range(1, 1002)))
BAD = {
    "setting": (
        TINY.replace("hidden =", "lr ="),
        "[grid]: no setting is named 'lr'; did you mean learning_rate?",
    ),
    "shared setting": (
        TINY.replace("epochs", "epoch"),
        "[settings]: no setting is named 'epoch'; did you mean epochs?",
    ),
    "setting of another task": (TINY.replace("hidden =", "cell ="), "cell is a setting of text"),
    "value": (TINY.replace("[4, 8]", "[4, 0]"), "[grid]: hidden is at least 1, not 0"),
    "type": (TINY.replace("[4, 8]", "[4, 'a']"), "[grid]: hidden is a whole number, not 'a'"),
    "one value": (
        TINY.replace("[4, 8]", "4"),
        "[grid]: hidden is a list of values, such as hidden = [1, 2], not 4",
    ),
    "empty list": (
        TINY.replace("[4, 8]", "[]"),
        "hidden is a list of values, such as hidden = [1, 2], not []",
    ),
    "value twice": (TINY.replace("[4, 8]", "[4, 4]"), "hidden has the value 4 twice"),
    "empty grid": (TINY.replace("hidden = [4, 8]", "").replace("[0, 1]", "[0]"), "varies nothing"),
    "no values of a grid with seeds": (TINY.replace("hidden = [4, 8]", ""), "varies nothing"),
    "too many": (TINY.replace("[4, 8]", f"[{LONG}]").replace("[0, 1]", "[0]"), "describes 1,001 runs"),
    "too many with seeds": (TINY.replace("[4, 8]", f"[{LONG}]"), "describes 2,002 runs"),
    "no TOML": ("train = vae", "mine.toml is not TOML ("),
    "task": (TINY.replace('"vae"', '"vea"'), "train is one of vae, gan, rnn, not 'vea'"),
    "task of another family": ('task = "music"\n' + TINY, "the tasks of vae are vae, vq, not 'music'"),
    "no data": (TINY.replace('data = "ring"', ""), "there is no `data`; write a line such as"),
    "data": (
        TINY.replace('"ring"', '"rings"'),
        "'rings' is neither a data set nor a file or folder that exists",
    ),
    "key": (TINY.replace("seeds", "seed"), "no key is named 'seed'; did you mean seeds?"),
    "setting at the top": (
        "epochs = 3\n" + TINY,
        "no key is named 'epochs'; a setting belongs below [settings]",
    ),
    "seed": (TINY.replace("[0, 1]", "[0, -1]"), "expected `int` >= 0 - at `seeds[1]`; correct it"),
    "seed twice": (TINY.replace("[0, 1]", "[1, 1]"), "seeds holds a seed twice"),
    "no seed": (TINY.replace("[0, 1]", "[]"), "seeds is empty"),
    "seed as a setting": (TINY.replace("hidden =", "seed ="), "seed is no setting; write seeds at the top"),
    "shared seed": (
        TINY.replace("epochs =", "seed ="),
        "[settings]: seed is no setting; write seeds at the top",
    ),
    "both": (TINY + "[random]\ntrials = 3\n", "has both [grid] and [random]"),
    "score without goal": ('score = "elbo"\n' + TINY, "score and goal belong together"),
    "goal": ('score = "elbo"\ngoal = "max"\n' + TINY, "goal is one of maximize, minimize, not 'max'"),
    "shared and varied": (
        TINY.replace("latent_dim", "hidden"),
        "hidden is both in [settings] and in what varies",
    ),
    "another task": (
        TINY.replace("hidden = [4, 8]", 'model = ["mlp", "vq"]'),
        "model 'vq' cannot vary, because vq is a task",
    ),
    "not read": (
        TINY.replace("hidden = [4, 8]", "beta = [2.0]"),
        "with beta = 2.0, beta is for objective beta",
    ),
    "not read with others": (
        TINY + "momentum = [0.5]\n",
        "with hidden = 4, momentum = 0.5, momentum is for optimizer",
    ),
    "no trials": (TINY.replace("[grid]", "[random]"), "[random]: trials is a whole number from 1 to 1000"),
    "range": (
        TINY.replace("[grid]\nhidden = [4, 8]", "[random]\ntrials = 2\nhidden = { normal = [0, 1] }"),
        "[random]: hidden is a range with low < high, such as { uniform = [0.0, 0.5] }",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_is_refused_in_one_line_before_anything_is_written(case, sweep, trained, tmp_path):
    text, message = BAD[case]
    done = sweep(text)
    assert message in done.stderr and done.stderr.startswith("scratchgen: ")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.toml"] and not trained


def test_a_file_that_is_missing_is_refused(scratchgen_in, tmp_path):
    done = scratchgen_in(tmp_path)("sweep", "none.toml")
    assert done.returncode == 2 and "none.toml cannot be read (No such file or directory)" in done.stderr
    assert not [*tmp_path.iterdir()]


@pytest.mark.parametrize("what", ["a file", "something else", "a damaged sweep"])
def test_a_directory_that_holds_something_else_is_refused_and_stays_as_it_is(what, sweep, trained, tmp_path):
    out = tmp_path / "out"
    if what == "a file":
        out.write_text("mine")
    else:
        out.mkdir()
        (out / ("sweep.json" if what == "a damaged sweep" else "notes")).write_text('{"task": 1, "task": 2}')
    before = contents(tmp_path)
    done = sweep(TINY, "--out", "out")
    assert done.returncode == 2 and done.stderr.count("\n") == 1
    assert ("name a directory" if what == "a file" else "choose another --out") in done.stderr
    assert contents(tmp_path) == before | {Path("mine.toml"): TINY.encode()} and not trained


def test_two_sweeps_in_one_directory_and_data_that_changed_are_refused(sweep, trained, tmp_path, monkeypatch):
    from scratchgen.sweeps.directory import opened
    from scratchgen.sweeps.plan import read_plan

    (tmp_path / "mine.toml").write_text(TINY)
    plan = read_plan(tmp_path / "mine.toml")
    with opened(plan, tmp_path / "out"):
        done = sweep(TINY, "--out", "out")
    assert done.returncode == 2 and "another process runs the sweep in out; wait for it" in done.stderr
    path = tmp_path / "out" / "sweep.json"
    content = json.loads(path.read_text())
    path.write_text(json.dumps({**content, "data_sha256": "0"}))
    done = sweep(TINY, "--out", "out")
    assert done.returncode == 2 and "was begun with other data than" in done.stderr and not trained
