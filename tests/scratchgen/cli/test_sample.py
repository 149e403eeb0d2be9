"""`sample` draws images of the prior, of one class, and interpolations between images."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from scratchgen.cli import sample as sample_command
from scratchgen.runs.schema import fields
from scratchgen.tasks.sample_request import SampleRequest
from scratchgen.vae import ConditionalVAE


def is_png(path):
    return path.read_bytes().startswith(b"\x89PNG\r\n\x1a\n")


@pytest.mark.parametrize("path", ["straight", "spherical"])
@pytest.mark.parametrize("name", ["mlp", "conditional", "conv", "linear"])
def test_interpolations_between_images_are_drawn_and_the_seed_chooses_them(
    name, path, runs, scratchgen_in, tmp_path
):
    run = scratchgen_in(runs(name))
    drawn = []
    for seed in (0, 0, 1):
        out = tmp_path / f"{len(drawn)}.png"
        done = run("sample", name, "--interpolate", path, "-n", 4, "--seed", seed, "--out", out)
        assert done.returncode == 0 and "4 interpolations of 10 images" in done.stdout and is_png(out)
        drawn.append(out.read_bytes())
    assert drawn[0] == drawn[1] != drawn[2]


def test_the_straight_interpolation_differs_from_the_spherical_one(runs, scratchgen_in, tmp_path):
    run = scratchgen_in(runs("mlp"))
    for path in ("straight", "spherical"):
        run("sample", "mlp", "--interpolate", path, "-n", 2, "--out", tmp_path / f"{path}.png")
    assert (tmp_path / "straight.png").read_bytes() != (tmp_path / "spherical.png").read_bytes()


@pytest.fixture
def asked(runs, monkeypatch):
    """The labels that the model was asked to draw, once it was trained."""
    runs("conditional")
    found, sample = [], ConditionalVAE.sample
    monkeypatch.setattr(
        "scratchgen.vae.ConditionalVAE.sample",
        lambda self, n, rng, labels=None: found.append(labels) or sample(self, n, rng, labels),
    )
    return found


@pytest.mark.parametrize(
    "options, labels", [((3,), [3, 3, 3, 3]), ((3, 5), [3, 5, 3, 5]), ((5, 3, 5), [5, 3, 5, 3])]
)
def test_the_chosen_classes_are_drawn_in_turns(options, labels, runs, scratchgen_in, tmp_path, asked):
    folder = runs("conditional")
    classes = [word for k in options for word in ("--class", k)]
    done = scratchgen_in(folder)("sample", "conditional", *classes, "-n", 4, "--out", tmp_path / "x.png")
    assert done.returncode == 0 and is_png(tmp_path / "x.png")
    assert [list(found) for found in asked] == [labels]


def test_an_interpolation_within_a_class_joins_images_of_that_class(
    runs, scratchgen_in, tmp_path, monkeypatch
):
    seen = []
    given = ConditionalVAE.given
    monkeypatch.setattr(
        "scratchgen.vae.ConditionalVAE.given",
        lambda self, labels: seen.append({*map(int, labels)}) or given(self, labels),
    )
    options = ("--interpolate", "straight", "--class", 4, "-n", 3, "--out", tmp_path / "x.png")
    assert scratchgen_in(runs("conditional"))("sample", "conditional", *options).returncode == 0
    assert seen and all(labels == {4} for labels in seen)


def test_points_are_drawn_as_points(runs, scratchgen_in, tmp_path):
    done = scratchgen_in(runs("points"))("sample", "points", "-n", 50, "--out", tmp_path / "x.png")
    assert done.returncode == 0 and is_png(tmp_path / "x.png")


REFUSED = {
    "an unknown interpolation": ("mlp", ("--interpolate", "curved"), "there are straight, spherical"),
    "an interpolation of a GAN": (
        "gan",
        ("--interpolate", "straight"),
        "of the task gan, which has no --interpolate",
    ),
    "an interpolation of codes": (
        "vq",
        ("--interpolate", "straight"),
        "of the task vq, which has no --interpolate",
    ),
    "an interpolation of a text": (
        "rnn",
        ("--interpolate", "straight"),
        "of the task text, which has no --interpolate",
    ),
    "an interpolation of points": (
        "points",
        ("--interpolate", "straight"),
        "the data of points are points; --interpolate is for images",
    ),
    "more interpolations than images": ("mlp", ("--interpolate", "straight", "-n", 500), "give a smaller -n"),
    "a class of a model without": ("mlp", ("--class", 3), "--class is for a conditional model"),
    "a class of a GAN": ("gan", ("--class", 3), "--class is for a conditional model"),
    "a class of codes": ("vq", ("--class", 3), "of the task vq, which has no --class"),
    "a class of a text": ("rnn", ("--class", 3), "of the task text, which has no --class"),
    "a class beyond the last": ("conditional", ("--class", 10), "the classes of conditional are 0 … 9"),
    "a negative class": ("conditional", ("--class", -1), "the classes of conditional are 0 … 9"),
    "a class in words": (
        "conditional",
        ("--class", "three"),
        "--class three: the classes of conditional are 0 … 9",
    ),
    "one good class and a bad one": ("conditional", ("--class", 3, "--class", 11), "--class 11"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_an_option_that_a_model_does_not_have_is_refused_in_one_line_and_leaves_no_file(
    case, runs, scratchgen_in
):
    name, options, expected = REFUSED[case]
    folder = runs(name)
    done = scratchgen_in(folder)("sample", name, *options, "--out", "new.png")
    assert done.returncode == 2 and done.stdout == "" and not (folder / "new.png").exists()
    assert len(done.stderr.splitlines()) == 1 and expected in done.stderr


@pytest.mark.parametrize(
    "name, shown",
    [("mlp", ", means of p(x|z) for z ~ p(z): "), ("conditional", ", means of p(x|z) for z ~ p(z): "),
     ("vq", ", means of p(x|k) for codes k ~ p(k): "), ("gan", "images: ")],
)  # fmt: skip
def test_the_command_and_the_report_say_where_images_are_means_and_no_draws(
    name, shown, runs, scratchgen_in, tmp_path
):
    folder = runs(name)
    done = scratchgen_in(folder)("sample", name, "-n", 4, "--out", tmp_path / "x.png")
    assert done.returncode == 0 and shown in done.stdout
    page = (folder / name / "report.html").read_text(encoding="utf-8")
    assert ("means of p(x|z), no draws of x" in page) == ("means" in shown)


# --- the options are declared by the request -----------------------------------------------------------------

GIVEN = {
    "-n": ("n", 3),
    "--out": ("out", Path("x.png")),
    "--seed": ("seed", 0),
    "--prompt": ("prompt", "go"),
    "--temperature": ("temperature", 0.5),
    "--top-k": ("top_k", 0),
    "--top-p": ("top_p", 0.9),
    "--beam": ("beam", 4),
    "--class": ("classes", ["cat"]),
    "--complete": ("complete", "x.csv"),
    "--interpolate": ("interpolate", "straight"),
    "--data": ("data", "digits"),
}


@pytest.fixture
def requested(scratchgen_in, tmp_path, monkeypatch):
    """requested(*options): the request that the command makes of them."""

    def requested(*options):
        found = []
        task = SimpleNamespace(
            name="any",
            sample_options=tuple(fields(SampleRequest)),
            sample=lambda run, request: found.append(request) or "the line to print",
        )
        monkeypatch.setattr(sample_command, "load_run", lambda run: SimpleNamespace(task=task))
        assert scratchgen_in(tmp_path)("sample", "run", *options).returncode == 0
        return found[0]

    return requested


def test_every_field_of_the_request_has_one_option_and_is_empty_without_it(requested):
    assert [name for name, _ in GIVEN.values()] == list(fields(SampleRequest))
    assert requested() == SampleRequest() and not SampleRequest().given()
    for option, (name, value) in GIVEN.items():
        assert requested(option, value if name != "classes" else value[0]) == SampleRequest(**{name: value})


@pytest.mark.parametrize("options", [("-n", 0), ("--seed", -1), ("--top-k", 0.5), ("--no-such-option", 1)])
def test_the_claim_above_rejects_a_number_out_of_range_and_an_option_without_a_field(
    options, scratchgen_in, tmp_path
):
    done = scratchgen_in(tmp_path)("sample", "run", *options)
    assert done.returncode == 2 and options[0] in done.stderr and done.stderr.count("\n") == 1
