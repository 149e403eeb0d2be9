"""What `sample` draws beside images of the prior: one class, and ways between images."""

import pytest

from scratchgen.tasks.load import load_run
from scratchgen.vae import ConditionalVAE


def is_png(path):
    return path.read_bytes().startswith(b"\x89PNG\r\n\x1a\n")


@pytest.mark.parametrize("way", ["straight", "spherical"])
@pytest.mark.parametrize("name", ["mlp", "conditional", "conv", "linear"])
def test_ways_between_images_are_drawn_and_the_seed_chooses_them(name, way, runs, scratchgen_in, tmp_path):
    run = scratchgen_in(runs(name))
    drawn = []
    for seed in (0, 0, 1):
        out = tmp_path / f"{len(drawn)}.png"
        done = run("sample", name, "--interpolate", way, "-n", 4, "--seed", seed, "--out", out)
        assert done.returncode == 0 and "4 ways of 10 images" in done.stdout and is_png(out)
        drawn.append(out.read_bytes())
    assert drawn[0] == drawn[1] != drawn[2]


def test_the_straight_way_is_another_than_the_spherical_one(runs, scratchgen_in, tmp_path):
    run = scratchgen_in(runs("mlp"))
    for way in ("straight", "spherical"):
        run("sample", "mlp", "--interpolate", way, "-n", 2, "--out", tmp_path / f"{way}.png")
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
def test_the_classes_that_are_asked_for_are_drawn_in_turns(
    options, labels, runs, scratchgen_in, tmp_path, asked
):
    folder = runs("conditional")
    classes = [word for k in options for word in ("--class", k)]
    done = scratchgen_in(folder)("sample", "conditional", *classes, "-n", 4, "--out", tmp_path / "x.png")
    assert done.returncode == 0 and is_png(tmp_path / "x.png")
    assert [list(found) for found in asked] == [labels]


def test_a_way_within_a_class_joins_images_of_that_class(runs, scratchgen_in, tmp_path, monkeypatch):
    told = []
    given = load_run(runs("conditional") / "conditional")[0].__class__.given
    monkeypatch.setattr(
        "scratchgen.vae.ConditionalVAE.given",
        lambda self, labels: told.append({*map(int, labels)}) or given(self, labels),
    )
    options = ("--interpolate", "straight", "--class", 4, "-n", 3, "--out", tmp_path / "x.png")
    assert scratchgen_in(runs("conditional"))("sample", "conditional", *options).returncode == 0
    assert told and all(labels == {4} for labels in told)


def test_points_are_drawn_as_points(runs, scratchgen_in, tmp_path):
    done = scratchgen_in(runs("points"))("sample", "points", "-n", 50, "--out", tmp_path / "x.png")
    assert done.returncode == 0 and is_png(tmp_path / "x.png")


REFUSED = {
    "an unknown way": ("mlp", ("--interpolate", "curved"), "there are straight, spherical"),
    "a way for a GAN": ("gan", ("--interpolate", "straight"), "no latent space that images are encoded in"),
    "a way for codes": ("vq", ("--interpolate", "straight"), "no latent space that images are encoded in"),
    "a way for a text": ("rnn", ("--interpolate", "straight"), "no latent space that images are encoded in"),
    "a way between points": ("points", ("--interpolate", "straight"), "draws no images"),
    "more ways than images": ("mlp", ("--interpolate", "straight", "-n", 500), "give a smaller -n"),
    "a class of a model without": ("mlp", ("--class", 3), "--class is for a conditional model"),
    "a class of a GAN": ("gan", ("--class", 3), "--class is for a conditional model"),
    "a class of codes": ("vq", ("--class", 3), "--class is for a conditional model"),
    "a class of a text": ("rnn", ("--class", 3), "--class is for a conditional model"),
    "a class beyond the last": ("conditional", ("--class", 10), "the classes of conditional are 0 … 9"),
    "a negative class": ("conditional", ("--class", -1), "the classes of conditional are 0 … 9"),
    "a class in words": ("conditional", ("--class", "three"), "Invalid value for '--class'"),
    "one good class and a bad one": ("conditional", ("--class", 3, "--class", 11), "--class 11"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_a_model_cannot_draw_is_one_line_and_leaves_no_file(case, runs, scratchgen_in):
    name, options, expected = REFUSED[case]
    folder = runs(name)
    done = scratchgen_in(folder)("sample", name, *options, "--out", "new.png")
    assert done.returncode == 2 and done.stdout == "" and not (folder / "new.png").exists()
    assert len(done.stderr.splitlines()) == 1 and expected in done.stderr
