"""A reproduction: its parts are kept, it resumes where it was, and its page holds everything."""

import json
import signal
import threading

import numpy as np
import pytest

from scratchgen.cli import main
from scratchgen.data import SequenceData
from scratchgen.errors import BadInput
from scratchgen.nn.saving import describe
from scratchgen.random import HELD_OUT_SEED, Generator
from scratchgen.reproductions import (
    REPRODUCTIONS,
    Part,
    Reproduction,
    Row,
    adding,
    chorales,
    copying,
    iwae_mnist,
    reproduce,
    step_sizes,
    write_section,
)
from scratchgen.reproductions.ppca import step_size as ppca_step_size
from scratchgen.reproductions.table import section
from scratchgen.rnn import nats_per_frame
from scratchgen.runs.config import RunConfig
from scratchgen.runs.saving import load
from scratchgen.runs.stopped import Interrupted
from scratchgen.sweeps import trial
from scratchgen.sweeps.trial import Ended
from scratchgen.tasks.load import load_run
from scratchgen.tasks.resume import resume
from scratchgen.tasks.settings import from_file
from scratchgen.vae import VAE

SIZES = {"architecture": "mlp", "data_dim": 4, "latent_dim": 2, "hidden": 3}


class Cut(Exception):
    pass


@pytest.fixture
def fake():
    """A table of two numbers that takes no time; `measured` says which parts and seeds were run."""
    measured, broken = [], set()

    def part(name, published, target, value):
        def measure(seed, open_run):
            model = VAE(4, 2, 3, Generator(seed))
            about = {"task": "vae", "family": "vae", "data": "four pixels", "data_sha256": "0"}
            info = {"kind": "images", "image_shape": [2, 2], "data_dim": 4}
            run = open_run(RunConfig(**about, seed=seed, model=describe(model), data_info=info))
            run.track(model=model)
            for epoch in run.epochs(2):
                if (name, seed, epoch) in broken:
                    raise Cut
                run.log(elbo=-float(epoch))
            measured.append((name, seed))
            return run, model, {"−ELBO": value + seed, "active units": 2}

        return Part(name, f"the {name} one", published, target, measure)

    parts = (part("first", "90.1 ± 0.2", 95.0, 90.0), part("second", "80", 80.0, 80.0))
    made = Reproduction(
        "fake",
        "Two numbers",
        "Nobody (2020), table 1",
        "nats",
        "Nothing is trained.",
        ("There is no data.",),
        parts,
    )
    return made, measured, broken


def test_each_part_is_run_for_each_seed_in_a_directory_of_its_own(fake, tmp_path):
    made, measured, _ = fake
    rows = reproduce(made, tmp_path, range(3), quiet=True)
    assert sorted(measured) == [(name, seed) for name in ("first", "second") for seed in range(3)]
    assert [row.part.name for row in rows] == ["first", "second"]
    assert [found["−ELBO"] for found in rows[0].numbers] == [90, 91, 92]
    for seed in range(3):
        directory = tmp_path / "fake" / "first" / f"seed-{seed}"
        assert json.loads((directory / "result.json").read_text())["numbers"]["−ELBO"] == 90 + seed
        assert (directory / "model.safetensors").exists() and (directory / "report.html").exists()
        score = json.loads((directory / "scores.json").read_text())[0]
        assert score["baseline"] == "90.1 ± 0.2" and score["expected"] == "≤ 95" and score["reached"]
    second = json.loads((tmp_path / "fake" / "second" / "seed-1" / "scores.json").read_text())[0]
    assert not second["reached"]  # 81 is not ≤ 80


def test_a_run_whose_data_are_its_own_leads_to_its_numbers(fake, tmp_path):
    made, _, _ = fake
    reproduce(made, tmp_path, range(1), quiet=True)
    directory = tmp_path / "fake" / "first" / "seed-0"
    with pytest.raises(BadInput, match=r"scratchgen reproduce.*result\.json"):
        load_run(directory).load_data()
    (directory / "result.json").unlink()
    with pytest.raises(BadInput, match="source"):
        load_run(directory).load_data()


def test_a_run_of_a_reproduction_is_neither_resumed_nor_trained_again_by_another_command(fake, tmp_path):
    reproduce(fake[0], tmp_path, range(1), quiet=True)
    directory = tmp_path / "fake" / "first" / "seed-0"
    report = (directory / "report.html").read_text()
    assert "scratchgen sample" in report and "--resume" not in report and "--config" not in report
    for open_again in (lambda: resume(directory, "vae"), lambda: from_file(directory, "vae")):
        with pytest.raises(BadInput, match="belongs to `scratchgen reproduce fake`"):
            open_again()


def test_what_is_done_is_not_done_again_and_more_seeds_add_to_it(fake, tmp_path):
    made, measured, _ = fake
    first = reproduce(made, tmp_path, range(1), quiet=True)
    measured.clear()
    again = reproduce(made, tmp_path, range(1), quiet=True)
    assert measured == [] and [r.numbers for r in again] == [r.numbers for r in first]
    assert [r.minutes for r in again] == [r.minutes for r in first]
    reproduce(made, tmp_path, range(2), quiet=True)
    assert measured == [("first", 1), ("second", 1)]


def test_one_that_is_cut_off_goes_on_where_it_was(fake, tmp_path):
    made, measured, broken = fake
    broken.add(("second", 0, 2))
    with pytest.raises(Cut):
        reproduce(made, tmp_path, range(1), quiet=True)
    assert measured == [("first", 0)]
    assert not (tmp_path / "fake" / "second" / "seed-0" / "result.json").exists()
    broken.clear()
    rows = reproduce(made, tmp_path, range(1), quiet=True)
    assert measured == [("first", 0), ("second", 0)]
    assert rows[1].numbers == [{"−ELBO": 80, "active units": 2}]


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "[]", "3", "[" * 100_000),
        *('{"numbers": 3, "minutes": 1}', '{"numbers": {}}', '{"numbers": {}, "minutes": 1, "minutes": 2}'),
    ],
    ids=lambda text: text[:50],
)
def test_a_damaged_result_is_named_and_not_overwritten(text, fake, tmp_path):
    made, measured, _ = fake
    reproduce(made, tmp_path, range(1), quiet=True)
    measured.clear()
    path = tmp_path / "fake" / "first" / "seed-0" / "result.json"
    path.write_text(text)
    with pytest.raises(BadInput, match=r"result\.json is damaged .* and reproduce again") as problem:
        reproduce(made, tmp_path, range(1), quiet=True)
    assert "\n" not in str(problem.value) and path.read_text() == text and measured == []


# --- the numbers --------------------------------------------------------------------------------------------


def row_of(values, **also):
    part = Part("a", "the first", "90.1 ± 0.2", 95.0, None)
    numbers = [
        {"−ELBO": value, **{name: each[i] for name, each in also.items()}} for i, value in enumerate(values)
    ]
    return Row(part, numbers, [2.0 * (i + 1) for i in range(len(values))])


def test_the_standard_error_is_that_of_the_mean_over_seeds():
    values = [90.0, 91.0, 92.5, 90.5]
    row = row_of(values)
    assert row.mean("−ELBO") == pytest.approx(np.mean(values))
    assert row.standard_error("−ELBO") == pytest.approx(np.std(values, ddof=1) / 2)
    assert row.standard_error("−ELBO") != pytest.approx(np.std(values, ddof=1))  # nor that of one seed
    assert row_of([90.0]).standard_error("−ELBO") is None


def table(text):
    return [[cell.strip() for cell in line[1:-1].split("|")] for line in text.splitlines() if line[:1] == "|"]


def test_a_row_has_what_was_published_what_came_out_its_error_the_seeds_and_the_minutes(fake):
    made, *_ = fake
    heading, rule, *rows = table(section(made, [row_of([90.0, 91.0, 92.0], units=[3, 4, 5]), row_of([0.0])]))
    assert heading == ["", "published", "here (nats)", "seeds", "minutes", "units"]
    assert rule == ["---"] * 6
    assert rows[0] == ["the first", "90.1 ± 0.2", "91.00 ± 0.58", "3", "4.0", "4.00 ± 0.58"]
    assert rows[1] == ["the first", "90.1 ± 0.2", "0.00", "1", "2.0", ""]


@pytest.mark.parametrize(
    "value, shown", [(3e-7, "3.0e-07"), (-0.004, "-4.0e-03"), (0.005, "0.01"), (0.0, "0.00")]
)
def test_a_number_that_would_be_nought_in_two_decimals_keeps_its_size(value, shown, fake):
    assert table(section(fake[0], [row_of([value])]))[2][2] == shown


def test_a_count_that_all_seeds_share_is_written_as_a_count(fake):
    row = row_of([90.0, 91.0], weights=[20_416, 20_416], units=[3, 5])
    assert table(section(fake[0], [row]))[2][-2:] == ["20,416", "4.00 ± 1.00"]


def test_a_number_that_some_seeds_do_not_have_is_the_mean_of_the_others_and_says_of_how_many(fake):
    row = row_of([90.0, 91.0, 92.0], distance=[3.0, 5.0, 0.0])
    del row.numbers[2]["distance"]
    assert table(section(fake[0], [row]))[2][-1] == "4.00 ± 1.00 (2 seeds)"
    del row.numbers[0]["distance"]
    assert table(section(fake[0], [row]))[2][-1] == "5.00 (1 seed)"


def test_a_section_names_its_source_every_deviation_and_how_to_run_it_again(fake):
    text = section(fake[0], [row_of([90.0, 91.0])])
    assert text.startswith("## fake\n")
    for part in ("Nobody (2020), table 1", "Nothing is trained.", "- There is no data.\n"):
        assert part in text
    assert "scratchgen reproduce fake --seeds 2" in text


# --- the page -----------------------------------------------------------------------------------------------


def test_a_section_takes_its_place_and_leaves_the_others_as_they_are(fake, tmp_path):
    made, *_ = fake
    other = Reproduction(**{**vars(made), "name": "another", "deviations": ()})
    page = tmp_path / "page.md"
    write_section(made, [row_of([90.0])], page)
    alone = page.read_text()
    write_section(other, [row_of([70.0])], page)
    both = page.read_text()
    assert both.index("## another") < both.index("## fake") and "Deviations: none." in both
    write_section(made, [row_of([91.0])], page)
    assert page.read_text() == both.replace("90.00", "91.00")
    page.unlink()
    write_section(made, [row_of([90.0])], page)
    assert page.read_text() == alone


def command(*arguments):
    with pytest.raises(SystemExit) as ended:
        main(["reproduce", *map(str, arguments)])
    return ended.value.code


def test_the_command_writes_the_page_that_is_asked_for(fake, tmp_path, monkeypatch, capfd):
    monkeypatch.setitem(REPRODUCTIONS, "fake", fake[0])
    assert command("fake", "--out", tmp_path / "runs", "--quiet", "--seeds", 2) == 0
    assert "90.50 ± 0.50" in (tmp_path / "runs" / "reproductions.md").read_text()
    page = tmp_path / "pages" / "mine.md"
    assert command("fake", "--out", tmp_path / "runs", "--page", page, "--quiet") == 0
    assert "| 90.00 | 1 |" in page.read_text()  # one seed, as the table says where none is asked for
    assert fake[1] == [("first", 0), ("first", 1), ("second", 0), ("second", 1)]
    assert str(page) in "".join(capfd.readouterr().out.split())


@pytest.fixture
def attempts(fake, monkeypatch):
    """Runs of the fake reproduction that are trained by commands of their own, one after another in this process."""
    monkeypatch.setitem(REPRODUCTIONS, "fake", fake[0])
    tried, one_at_a_time = [], threading.Lock()

    def attempt(training, environment, stopping):
        with one_at_a_time:
            tried.append(training.name)
            try:
                assert command(*training.begin[2:], "--quiet") == 0
            except Cut:
                return f"no luck with {training.name}"
            return ""

    monkeypatch.setattr(trial, "_attempt", attempt)
    return tried


def test_runs_at_once_have_the_results_of_runs_one_after_another(fake, attempts, tmp_path, capfd):
    _, measured, _ = fake
    one, two = tmp_path / "one", tmp_path / "two"
    assert command("fake", "--out", one, "--seeds", 2, "--quiet") == 0 and attempts == []
    assert command("fake", "--out", two, "--seeds", 1, "--quiet") == 0
    measured.clear()
    assert command("fake", "--out", two, "--seeds", 2, "--jobs", 2) == 0
    assert sorted(attempts) == ["first/seed-1", "second/seed-1"], "finished runs are not trained again"
    assert sorted(measured) == [("first", 1), ("second", 1)]
    printed = capfd.readouterr().out
    assert "finished 1/2  first/seed-1" in printed or "finished 1/2  second/seed-1" in printed
    for name in ("model.safetensors", "metrics.jsonl", "scores.json"):
        for run in ("first/seed-1", "second/seed-1"):
            assert (one / "fake" / run / name).read_bytes() == (two / "fake" / run / name).read_bytes()
    rows = [table((out / "reproductions.md").read_text())[2:] for out in (one, two)]
    assert [row[:4] for row in rows[0]] == [row[:4] for row in rows[1]]


def test_a_run_at_once_that_fails_twice_is_named_and_there_is_no_page(fake, attempts, tmp_path, capfd):
    _, _, broken = fake
    broken.add(("second", 0, 2))
    assert command("fake", "--out", tmp_path, "--jobs", 2) == 1
    assert sorted(attempts) == ["first/seed-0", "second/seed-0", "second/seed-0"]
    printed = capfd.readouterr()
    assert "scratchgen: second/seed-0 failed: no luck with second/seed-0\n" in printed.err
    assert "finished 1/2  first/seed-0\n" in printed.out and not (tmp_path / "reproductions.md").exists()


def test_runs_at_once_that_are_stopped_say_how_to_resume(fake, monkeypatch, tmp_path, capfd):
    def stopped(waiting, jobs):
        yield Ended(waiting[0].name, None)
        raise Interrupted(signal.SIGINT)

    monkeypatch.setitem(REPRODUCTIONS, "fake", fake[0])
    monkeypatch.setattr("scratchgen.cli.reproduce.run_locally", stopped)
    assert command("fake", "--out", tmp_path, "--jobs", 2) == 130
    again = f"scratchgen reproduce fake --seeds=1 --out={tmp_path} --jobs=2"
    assert capfd.readouterr().err == (
        f"scratchgen: interrupted; 1 of 2 runs are finished; resume with: {again}\n"
    )


@pytest.mark.parametrize(
    "run", ["first", "first/seed-", "third/seed-0", "first/seed--1", f"first/seed-{10**19}"]
)
def test_a_run_that_there_is_not_is_refused(fake, attempts, run, tmp_path, capfd):
    assert command("fake", "--out", tmp_path / "new", "--run", run) == 2
    message = capfd.readouterr().err
    assert (
        f"fake has no run {run!r}; give a part and a seed, such as first/seed-0; its parts: first, second"
        in message
    )
    assert not (tmp_path / "new").exists() and fake[1] == []


def test_a_single_run_has_no_page_and_none_of_the_options_of_several(fake, attempts, tmp_path, capfd):
    for option in ("--seeds", "--page", "--jobs"):
        assert command("fake", "--out", tmp_path, "--run", "first/seed-3", option, "2") == 2
        assert "leave --seeds, --page and --jobs out" in capfd.readouterr().err
    assert command("fake", "--out", tmp_path, "--run", "first/seed-3") == 0
    assert fake[1] == [("first", 3)] and not (tmp_path / "reproductions.md").exists()


def test_without_a_name_the_command_lists_what_there_is(capfd, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    assert command() == 0
    printed = capfd.readouterr().out
    assert all(name in printed for name in REPRODUCTIONS) and "89.78 ± 0.01" in printed


@pytest.mark.parametrize(
    "arguments, line",
    [
        (("vae-mnist",), "no reproduction is named 'vae-mnist'; choose one of vae-mnist-fixed"),
        (("ppca", "--seeds", 0), "Invalid value for '--seeds'"),
        (("ppca", "--seeds", 1001), "less than or equal to 1000"),
        (("ppca", "--seeds", 10**26), "Invalid value for '--seeds'"),
        (("ppca", "--out", "a-file"), "a-file is a file"),
    ],
)
def test_what_cannot_be_reproduced_is_one_line_and_leaves_nothing(
    arguments, line, tmp_path, monkeypatch, capfd
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a-file").write_text("something of yours")
    assert command(*arguments) == 2
    printed = capfd.readouterr()
    assert printed.out == "" and len(printed.err.splitlines()) == 1 and line in printed.err
    assert [path.name for path in tmp_path.iterdir()] == ["a-file"]
    assert (tmp_path / "a-file").read_text() == "something of yours"


# --- what the published settings say ------------------------------------------------------------------------


def test_the_step_sizes_are_those_of_the_papers():
    fixed = [step_sizes.of_two_falls(epoch) for epoch in (1, 200, 201, 350, 351, 500)]
    assert fixed == pytest.approx(
        [1e-4, 1e-4, 1e-4 * 10**-0.2, 1e-4 * 10**-0.2, 1e-4 * 10**-0.4, 1e-4 * 10**-0.4]
    )
    ends = [1, 1 + 3, 1 + 3 + 9, 1 + 3 + 9 + 27, 1 + 3 + 9 + 27 + 81]
    assert ends[-1] == iwae_mnist.EPOCHS
    for stage, last in enumerate(ends):
        assert step_sizes.of_stages(last) == pytest.approx(10 ** (-3 - stage / 7))
        if stage:
            assert step_sizes.of_stages(ends[stage - 1] + 1) == pytest.approx(10 ** (-3 - stage / 7))
    assert ppca_step_size(0) == pytest.approx(1e-2, rel=1e-4) and 0 < ppca_step_size(10_000) < 2e-7


@pytest.mark.parametrize("name", REPRODUCTIONS)
def test_every_reproduction_says_what_it_is_and_what_is_to_be_reached(name):
    item = REPRODUCTIONS[name]
    assert item.name == name and item.seeds >= 1 and item.parts
    assert all((item.title, item.source, item.unit, item.setting))
    assert len({part.name for part in item.parts}) == len(item.parts)
    for part in item.parts:
        if not part.higher_is_better and part.target is not None and part.published != "–":
            assert part.target >= float(part.published.split()[0])


@pytest.mark.parametrize(
    "target, higher, value, expected, reached",
    [
        (95.0, False, 94.0, "≤ 95", True),
        (95.0, False, 96.0, "≤ 95", False),
        (7.8, True, 8.0, "≥ 7.8", True),
        (7.8, True, 7.0, "≥ 7.8", False),
        (None, True, 0.0, "", True),
    ],
)
def test_a_number_is_told_whether_it_reached_its_target(target, higher, value, expected, reached):
    score = Part("a", "the first", "90", target, None, higher).score("it", value)
    assert (score.measure, score.baseline, score.expected, score.reached) == ("it", "90", expected, reached)


@pytest.mark.parametrize("item", [chorales.JSB_TANH, chorales.JSB_GRU, chorales.JSB_LSTM, chorales.JSB_NADE])
def test_a_network_of_chorales_is_scored_on_all_parts_and_is_as_large_as_the_published_one(
    item, tmp_path, monkeypatch, rng
):
    part = lambda n: [(rng.random((5, 88)) < 0.05).astype(np.float32) for _ in range(n)]
    data = SequenceData("jsb-chorales", "quarter note", 21, part(4), part(2), part(2))
    monkeypatch.setattr(chorales, "load_sequences", lambda name: data)
    monkeypatch.setattr(chorales, "EPOCHS", 2)
    for row in reproduce(item, tmp_path, range(1), quiet=True):
        (numbers,) = row.numbers
        model = load(tmp_path / item.name / row.part.name / "seed-0")
        for name in ("test", "validation"):
            assert numbers[name] == pytest.approx(nats_per_frame(model, getattr(data, name)))
        assert numbers["parameters"] == sum(p.size for p in model.parameters())
        if item is not chorales.JSB_NADE:  # published: 20.1, 20.2 and 19.8 thousand
            assert numbers["parameters"] == pytest.approx(20_000, rel=0.03)


def test_the_adding_problem_is_measured_on_sequences_that_are_not_trained_on(tmp_path, monkeypatch, capfd):
    for name, few in (("EPOCHS", 2), ("STEPS", 3), ("T", 5), ("TEST", 2_000), ("HIDDEN", 4)):
        monkeypatch.setattr(adding, name, few)
    (row,) = reproduce(adding.ADDING_100, tmp_path, range(1), quiet=True)
    (numbers,) = row.numbers
    model = load(tmp_path / "adding-100" / "gru" / "seed-0")
    x, y = adding.adding(2_000, 5, Generator(HELD_OUT_SEED))
    assert numbers["error"] == pytest.approx(float(model.loss(x, y).numpy().mean()), rel=1e-5)
    assert numbers["constant output 1"] == pytest.approx(1 / 6, abs=0.015)  # 3 standard errors
    with pytest.raises(SystemExit) as ended:
        main(["sample", str(tmp_path / "adding-100" / "gru" / "seed-0")])
    assert ended.value.code == 2 and "has no task" in " ".join(capfd.readouterr().err.split())


def test_the_copying_problem_is_measured_on_sequences_that_are_not_trained_on(tmp_path, monkeypatch):
    for name, few in (("EPOCHS", 2), ("STEPS", 3), ("T", 5), ("TEST", 200), ("HIDDEN", 4)):
        monkeypatch.setattr(copying, name, few)
    rows = reproduce(copying.COPY_100, tmp_path, range(1), quiet=True)
    assert [row.part.name for row in rows] == ["gru", "lstm-chrono", "lstm", "tanh"]
    ids, targets = copying.copying(200, 5, Generator(HELD_OUT_SEED))
    for row in rows:
        (numbers,) = row.numbers
        model = load(tmp_path / "copy-100" / row.part.name / "seed-0")
        losses, _ = model.loss(ids, targets)
        assert numbers["nats"] == pytest.approx(float(losses.numpy().mean()), rel=1e-5)
        assert 0 <= numbers["symbols right"] <= 1
        assert numbers["no memory"] == pytest.approx(10 * np.log(8) / 25)
