"""A run of a model and a loop of a user's own: trained, resumed, loaded, compared, sampled, evaluated."""

import json
import subprocess
import sys

import numpy as np
import pytest

import scratchgen as sg
from scratchgen import BadInput
from scratchgen.runs import EarlyStopping, Run

pytestmark = pytest.mark.unrendered

MODULE = """
import numpy as np
import scratchgen as sg

@sg.nn.saveable
class Memory(sg.nn.Module):
    def __init__(self, size, rng=None):
        self.W = sg.nn.Parameter(np.zeros(size, np.float32))
    def sample(self, n, rng):
        return self.W.data + rng.standard_normal((n, len(self.W.data)))
    def evaluate(self, rows):
        return {"mean squared error": float(np.mean((rows - self.W.data) ** 2)), "rows": len(rows)}

@sg.nn.saveable
class Pictures(Memory):
    def __init__(self, size, rng=None):
        super().__init__(size, rng)
    def sample(self, n, rng):
        return rng.random((n, 4, 5))
    def evaluate(self, rows):
        return [1, 2]

@sg.nn.saveable
class Silent(sg.nn.Module):
    def __init__(self):
        self.W = sg.nn.Parameter(np.zeros(3, np.float32))

function = lambda: None
"""
X = np.random.default_rng(0).random((60, 64), np.float32)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a module of models of one's own, runs of them, and some rows of numbers."""
    folder = tmp_path_factory.mktemp("own")
    (folder / "mine.py").write_text(MODULE)
    sys.path.insert(0, str(folder))
    try:
        import mine
    finally:
        sys.path.remove(str(folder))
    train(mine.Memory(64), folder / "memory", {"rate": 0.1, "layers": [8, 8]})
    train(mine.Memory(64), folder / "fast", {"rate": 0.2, "layers": [8, 8]})
    for name, model in (("pictures", mine.Pictures(3)), ("silent", mine.Silent())):
        Run(folder / name, {"rate": 0.1}, quiet=True).save(model)
    np.save(folder / "rows.npy", X.reshape(60, 8, 8))
    yield folder
    del sys.modules["mine"]


def train(model, directory, config, stop_after=None, epochs=4, **options):
    """A loop of one's own: the weights approach noisy rows in a random order. It ends early after some steps."""
    rng = sg.random.default_rng(3)
    optimizer = sg.optim.SGD(model.parameters(), learning_rate=config["rate"], momentum=0.5)
    run = Run(directory, config, quiet=True, **options)
    run.track(model=model, optimizer=optimizer, rng=rng)
    run.stop_early(EarlyStopping("error", patience=2, higher_is_better=False))
    steps = 0
    for _ in run.epochs(epochs):
        for x in run.steps(sg.data.batches(X, batch_size=16, rng=rng)):
            if steps == stop_after:
                raise KeyboardInterrupt
            noisy = x + 0.1 * rng.standard_normal(x.shape).astype(np.float32)
            loss = ((noisy - model.W) ** 2).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            run.log(error=loss.item())
            steps += 1
    run.save(model)
    return run


# --- the loop ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "stop_after", [1, 4, 6]
)  # within an epoch of four batches, at its end, in the next one
def test_an_interrupted_loop_that_is_resumed_ends_with_the_same_bits(stop_after, folder, tmp_path):
    from mine import Memory

    config = {"rate": 0.1, "layers": [8, 8]}
    with pytest.raises(KeyboardInterrupt):
        train(Memory(64), tmp_path / "run", config, stop_after, save_every=0)
    train(Memory(64), tmp_path / "run", config, resume=True)
    for name in ("model.safetensors", "metrics.jsonl", "config.json"):
        ours, expected = ((place / name).read_bytes() for place in (tmp_path / "run", folder / "memory"))
        if name == "config.json":  # the command of the process is in it
            ours, expected = (json.loads(content)["settings"] for content in (ours, expected))
        assert ours == expected, name


def test_the_claim_above_rejects_a_loop_with_another_rate(folder):
    ours, other = ((folder / name / "model.safetensors").read_bytes() for name in ("memory", "fast"))
    assert ours != other


def test_early_stopping_ends_the_loop_with_the_weights_of_the_best_epoch(tmp_path):
    model = sg.nn.Linear(1, 1)
    run = Run(tmp_path / "run", {}, quiet=True)
    run.track(model=model)
    run.stop_early(EarlyStopping("error", patience=2, higher_is_better=False))
    for epoch in run.epochs(9):
        model.W.data[:] = epoch
        run.log(error=abs(epoch - 3))
    assert run.history["error"] == [2, 1, 0, 1, 2] and model.W.data[0, 0] == 3


# --- the configuration ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "config", [{}, {"a": 1, "b": [1.5, "text", None, True], "c": {"d": []}}, {"shape": (2, 3)}]
)
def test_the_settings_of_a_run_are_json_values(config, tmp_path):
    Run(tmp_path / "run", config, quiet=True)
    found = json.loads((tmp_path / "run" / "config.json").read_text())
    assert found["settings"] == json.loads(json.dumps(config)) and found["task"] == "own"


@pytest.mark.parametrize(
    "config",
    [{"f": print}, {"array": np.zeros(3)}, {"model": sg.nn.ReLU()}, {"a": {"b": object()}}, {1: {2j: 3}}],
)
def test_settings_that_json_cannot_hold_are_refused_and_leave_no_run(config, tmp_path):
    with pytest.raises(BadInput, match="the configuration of a run holds JSON values") as refusal:
        Run(tmp_path / "run", config, quiet=True)
    assert "\n" not in str(refusal.value) and not (tmp_path / "run" / "config.json").exists()


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_settings_that_are_no_finite_numbers_are_refused(number, tmp_path):
    """JSON has no word for them: a run that is resumed would compare another value."""
    with pytest.raises(BadInput, match="finite"):
        Run(tmp_path / "run", {"rate": number}, quiet=True)


def test_a_run_with_other_settings_is_not_resumed(folder, tmp_path):
    from mine import Memory

    with pytest.raises(KeyboardInterrupt):
        train(Memory(64), tmp_path / "run", {"rate": 0.1}, stop_after=2, save_every=0)
    with pytest.raises(BadInput, match="begun with other settings"):
        train(Memory(64), tmp_path / "run", {"rate": 0.2}, resume=True)


# --- sg.load, compare, sample, evaluate -------------------------------------------------------------------


def test_a_run_directory_gives_its_model_back(folder):
    from mine import Memory

    model = sg.load(folder / "memory")
    assert type(model) is Memory and not model.training and np.abs(model.W.data).max() > 0


def test_runs_are_compared_by_their_settings_and_curves(folder, scratchgen_in, tmp_path):
    done = scratchgen_in(folder)("compare", "memory", "fast", "--out", tmp_path / "page.html")
    heading, *rows = [line.split() for line in done.stdout.splitlines() if line.strip()][1:4]
    assert done.returncode == 0 and heading[:2] == ["run", "rate"] and "layers" not in heading
    assert [row[:2] for row in rows] == [["memory", "0.1"], ["fast", "0.2"]]
    page = (tmp_path / "page.html").read_text()
    assert "error, epoch by epoch" in page and "memory" in page


def test_samples_are_written_as_an_array_and_the_seed_chooses_them(folder, scratchgen_in, tmp_path):
    run, model = scratchgen_in(folder), sg.load(folder / "memory")
    for seed in (0, 1):
        out = tmp_path / f"{seed}.npy"
        done = run("sample", "memory", "--model", "mine:Memory", "-n", 8, "--seed", seed, "--out", out)
        assert (done.returncode, done.stdout) == (0, f"8 samples of shape (64,): {out}\n"), done.stderr
        np.testing.assert_array_equal(np.load(out), model.sample(8, sg.random.default_rng(seed)))


def test_images_are_drawn_as_a_picture(folder, scratchgen_in, tmp_path):
    out = tmp_path / "new" / "x.png"
    done = scratchgen_in(folder)("sample", "pictures", "--model", "mine:Pictures", "-n", 6, "--out", out)
    assert done.returncode == 0 and out.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("part, rows", [("test", 6), ("validation", 6)])
def test_a_part_of_the_data_is_scored(part, rows, folder, scratchgen_in, tmp_path):
    options = ("--model", "mine:Memory", "--data", "rows.npy", "--part", part, "--json", tmp_path / "x.json")
    done = scratchgen_in(folder)("evaluate", "memory", *options)
    assert done.returncode == 0 and f"mine:Memory on the {part} part of rows.npy" in done.stdout, done.stderr
    found = json.loads((tmp_path / "x.json").read_text())
    x = getattr(sg.data.load_images(folder / "rows.npy"), part)
    assert [score["value"] for score in found["scores"]] == [*sg.load(folder / "memory").evaluate(x).values()]
    assert found["examples"] == len(x) and found["task"] == "own"


OUT = ("--out", "new/x.npy")
DATA = ("--data", "rows.npy", "--json", "new/x.json")
REFUSED = {
    "no class": (("sample", "memory", *OUT), "a model of your own; name its class with --model module:Class"),
    "no class to evaluate": (("evaluate", "memory"), "name its class with --model module:Class"),
    "no method to sample": (
        ("sample", "silent", "--model", "mine:Silent", *OUT),
        "the class Silent lacks the method sample",
    ),
    "no method to evaluate": (
        ("evaluate", "silent", "--model", "mine:Silent", *DATA),
        "the class Silent lacks the method evaluate",
    ),
    "no data": (
        ("evaluate", "memory", "--model", "mine:Memory"),
        "--model is for a run of a model of your own, and needs --data",
    ),
    "data alone": (
        ("evaluate", "memory", *DATA),
        "memory is a run of a model of your own; name its class with --model",
    ),
    "data that are not there": (
        ("evaluate", "memory", "--model", "mine:Memory", "--data", "rows.npz"),
        "rows.npz",
    ),
    "data of texts": (
        ("evaluate", "memory", "--model", "mine:Memory", "--data", "stdlib"),
        "no rows of numbers",
    ),
    "no such module": (("sample", "memory", "--model", "yours:Memory", *OUT), "No module named 'yours'"),
    "no such class": (("sample", "memory", "--model", "mine:Memoir", *OUT), "has no attribute 'Memoir'"),
    "a function": (("sample", "memory", "--model", "mine:function", *OUT), "not a class derived from"),
    "no colon": (("sample", "memory", "--model", "mine.Memory", *OUT), "--model takes module:Class"),
    "another class": (
        ("sample", "memory", "--model", "mine:Pictures", *OUT),
        "a model of the class Memory, not",
    ),
    "no file": (("sample", "memory", "--model", "mine:Memory"), "give --out FILE.npy or --out FILE.png"),
    "a file of another kind": (("sample", "memory", "--model", "mine:Memory", "--out", "x.txt"), "FILE.npy"),
    "a picture of vectors": (
        ("sample", "memory", "--model", "mine:Memory", "--out", "new/x.png"),
        "a picture needs samples (n, H, W) within [0, 1], not of shape (64, 64)",
    ),
    "an option of a text": (
        ("sample", "memory", "--model", "mine:Memory", "--prompt", "a", *OUT),
        "memory is a run of a model of your own, which has no --prompt",
    ),
    "-k": (
        ("evaluate", "memory", "--model", "mine:Memory", "-k", 3, *DATA),
        "-k counts samples of a VAE's latent",
    ),
    "scores that are no numbers": (
        ("evaluate", "pictures", "--model", "mine:Pictures", *DATA),
        "Pictures.evaluate returns {name: number}, not [1, 2]",
    ),
    "a run that is not there": (("sample", "gone", "--model", "mine:Memory", *OUT), "is not a run directory"),
    "a resumed command": (("train", "vae", "--resume", "memory"), "run that program again with resume=True"),
    "its settings again": (("train", "vae", "--config", "memory"), "memory is a run of a loop of your own"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_done_is_one_line_and_changes_nothing(case, folder, scratchgen_in):
    arguments, expected = REFUSED[case]
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*") if "__pycache__" not in str(path)}
    done = scratchgen_in(folder)(*arguments)
    assert done.returncode == 2 and done.stdout == ""
    assert len(done.stderr.splitlines()) == 1 and expected in done.stderr, done.stderr
    after = {path: path.stat().st_mtime_ns for path in folder.rglob("*") if "__pycache__" not in str(path)}
    assert after == before


def test_a_run_of_a_task_takes_no_class(runs, scratchgen_in, tmp_path):
    done = scratchgen_in(runs("mlp"))("sample", "mlp", "--model", "mine:Memory", "--out", tmp_path / "x.npy")
    assert done.returncode == 2 and "mlp is a run of the task vae" in done.stderr


def test_a_class_that_a_file_names_is_never_imported(folder, tmp_path):
    """In a process that has imported nothing of one's own: the file alone does not bring the class along."""
    program = (
        "import sys, scratchgen as sg\ntry:\n    sg.load(sys.argv[1])\nexcept sg.BadInput as e:\n    print(e)"
    )
    command = [sys.executable, "-c", program, str(folder / "memory")]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder)
    assert "no saveable class is named 'Memory'" in done.stdout and "import the module" in done.stdout
