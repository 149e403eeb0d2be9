"""The pictures that move: their numbers are those of the page and of the library's own training."""

import json
import re
from base64 import b64decode
from pathlib import Path

import numpy as np
import pytest

import scratchgen
from scratchgen import gan
from scratchgen.data.sets.gaussians import ring as ring_mixture
from scratchgen.optim import Adam
from scratchgen.random import Generator
from scratchgen.runs import History

ROOT = Path(__file__).parents[2]
SITE = ROOT / "tutorials" / "site"

if Path(scratchgen.__file__).parent != ROOT / "scratchgen":
    pytest.skip("the site is built from a checkout; this installation is elsewhere", allow_module_level=True)


@pytest.fixture(autouse=True)
def modules_of_the_site(monkeypatch):
    monkeypatch.syspath_prepend(str(SITE))
    monkeypatch.syspath_prepend(str(SITE / "static"))  # runner.py


# --- the bound ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def page():
    """The names of page 2.1, after the cell that draws them."""
    import jupytext

    names, notebook = {}, jupytext.read(ROOT / "tutorials" / "2.1_bound_by_quadrature.py", fmt="py:percent")
    for cell in notebook.cells:
        if cell.cell_type == "code":
            exec(cell.source, names)
            if "exact_elbo" in names and "posterior" in names:
                return names


def assert_numbers_of_the_page(elbo, page):
    """The model, the ELBO and the gap are those of the page; and the evidence is the sum of the last two."""
    shown = elbo.model()
    np.testing.assert_allclose(shown["evidence"], page["evidence"], rtol=1e-12)
    np.testing.assert_allclose(shown["posterior"], page["posterior"][elbo.shown], rtol=1e-12)
    for mu, sigma in ((0.0, 1.0), (-2.0, 0.3), (3.0, 2.0), (1.05, 0.7)):
        found, q = elbo.bound(mu, sigma), page["normal_density"](page["grid"], mu, sigma)
        np.testing.assert_allclose(found["elbo"], page["exact_elbo"](mu, 2 * np.log(sigma)), rtol=1e-12)
        np.testing.assert_allclose(found["elbo"] + found["gap"], page["evidence"], rtol=1e-11)
        if abs(mu) + 9 * sigma < 10:  # the page's grid holds all of q
            np.testing.assert_allclose(found["gap"], page["kl"](q, page["posterior"]), atol=1e-11)


def test_the_bound_that_moves_is_that_of_the_page(page):
    from moving import elbo

    assert_numbers_of_the_page(elbo, page)


@pytest.mark.parametrize(("name", "wrong"), [("w", [2.0, 1.0, 1.5]), ("image", [1.0, 0.0, 0.0])])
def test_the_claim_above_rejects_another_model(name, wrong, page, monkeypatch):
    from moving import elbo

    monkeypatch.setattr(elbo, name, np.array(wrong))
    monkeypatch.setattr(elbo, "evidence", page["evidence"])
    with pytest.raises(AssertionError):
        assert_numbers_of_the_page(elbo, page)


# --- the ring -----------------------------------------------------------------------------------------------


def after_training(points, steps):
    """A pair after `gan.train`, and its samples after each step of G, with the settings of the picture."""
    from moving import ring

    rng = Generator(ring.SEED)
    pair = gan.GAN(2, 2, rng, hidden=ring.HIDDEN, bounded=False, scale=ring.SCALE)
    adam = {f"optimizer_{name}": Adam(getattr(pair, name).parameters(), 1e-3, beta1=0.5) for name in "GD"}
    rules, trace = gan.Game("nonsaturating", r1=0.01), gan.TrainingTrace(pair, points, steps)
    trace.moments = set(range(1, steps + 1))
    epochs = -(-steps // (len(points) // ring.BATCH))
    gan.train(
        pair,
        points,
        History(),
        epochs=epochs,
        batch_size=ring.BATCH,
        rng=rng,
        game=rules,
        trace=trace,
        **adam,
    )
    return pair, [frame for frame in trace.frames if frame.player != "D"]


def assert_steps_of_the_library(players, monkeypatch):
    """Two epochs of two steps: D's weights are those of `gan.train`, bit by bit; samples and arrows agree."""
    from moving import ring

    monkeypatch.setattr(ring, "POINTS", 2 * ring.BATCH)
    game = ring.RingGame()
    pair, frames = after_training(game.points, 4)
    for step, frame in enumerate(frames):
        if step:
            game.step(players, 1, 1e-3, 0.01)
        seen, pushes = game.look(), frame.pushes[: ring.SHOWN]
        arrows = ring.arrow_vectors(pushes, np.quantile(np.linalg.norm(pushes, axis=1), 0.95))
        np.testing.assert_allclose(seen["samples"], frame.samples[: ring.SHOWN], atol=1e-4)
        np.testing.assert_allclose(seen["arrows"], arrows, atol=1e-3)
    for ours, library in zip(game.pair.D.parameters(), pair.D.parameters(), strict=True):
        np.testing.assert_array_equal(ours.numpy(), library.numpy())


def test_the_steps_of_the_picture_are_those_of_the_library(monkeypatch):
    assert_steps_of_the_library("DG", monkeypatch)


@pytest.mark.parametrize("players", ["GD", "D", "DDG"])
def test_the_claim_above_rejects_other_turns(players, monkeypatch):
    with pytest.raises(AssertionError):
        assert_steps_of_the_library(players, monkeypatch)


def test_a_step_of_one_player_leaves_the_other_as_it_is():
    from moving import ring

    game = ring.RingGame()
    before, after_D, after_G = game.look(), game.step("D", 1, 1e-3, 0.01), game.step("G", 1, 1e-3, 0.01)
    assert before["samples"] == after_D["samples"] and before["surface"] != after_D["surface"]
    assert after_D["samples"] != after_G["samples"] and after_D["surface"] == after_G["surface"]
    assert after_G["steps"] == {"D": 1, "G": 1}


def test_the_sliders_act():
    from moving import ring

    surfaces = []
    for settings in ((1e-3, 0.0), (1e-3, 10.0), (1e-2, 0.0)):
        game = ring.RingGame()
        surfaces.append(game.step("D", 3, *settings)["surface"])
    assert surfaces[0] != surfaces[1] != surfaces[2] != surfaces[0]


def test_the_data_are_around_the_centres_that_are_drawn():
    from moving import ring

    game = ring.RingGame()
    np.testing.assert_array_equal(game.centres, ring_mixture().centres)
    state = game.set_centres([[1.0, 2.0], [-1.0, 0.0]])
    distances = np.linalg.norm(np.array(state["points"])[:, None] - game.centres, axis=-1)
    assert distances.min(axis=1).max() < 5 * ring.SIGMA and set(distances.argmin(axis=1)) == {0, 1}
    assert game.reset()["centres"] == [[1.0, 2.0], [-1.0, 0.0]]


# --- the places on the pages --------------------------------------------------------------------------------


def test_a_marked_still_becomes_a_figure_with_its_scripts_and_stays_a_picture_without_python(monkeypatch):
    import moving_pictures

    text = "Look.\n\n![A bar & a curve](pictures/moving-elbo.png)\n\nTry."
    monkeypatch.setenv("SITE_RUN", "")
    assert moving_pictures.placed(text, "../") == text
    monkeypatch.setenv("SITE_RUN", "1")
    html = moving_pictures.placed(text, "../")
    assert '<figure class="moving" data-moving="elbo"><img src="../_static/moving/moving-elbo.png"' in html
    assert 'alt="A bar &amp; a curve"' in html and 'src="../_static/moving/elbo.js"' in html
    other = "![A bar](pictures/overview.png) ![b](pictures/moving-elbo.png)"
    assert moving_pictures.placed(other, "../") == other


def test_each_marked_still_has_a_picture_a_script_and_a_module():
    import moving_pictures

    pages = sorted((ROOT / "tutorials").glob("[0-9]*.py"))
    marks = [
        name
        for page in pages
        for name in re.findall(r"!\[.*\]\(pictures/moving-(\w+)", page.read_text("utf-8"))
    ]
    assert sorted(marks) == ["elbo", "ring"]
    for name in marks:
        files = [
            moving_pictures.STILLS / f"moving-{name}.png",
            *(SITE / "moving" / f"{name}.{s}" for s in ("py", "js")),
        ]
        assert all(file.is_file() for file in files)


def test_a_downloaded_notebook_carries_its_still():
    import jupytext
    import moving_pictures

    notebook = jupytext.read(ROOT / "tutorials" / "2.1_bound_by_quadrature.py", fmt="py:percent")
    moving_pictures.attach(notebook)
    (cell,) = [cell for cell in notebook.cells if "attachments" in cell]
    assert "(attachment:moving-elbo.png)" in cell.source
    still = (moving_pictures.STILLS / "moving-elbo.png").read_bytes()
    assert b64decode(cell.attachments["moving-elbo.png"]["image/png"]) == still


def test_the_page_calls_a_function_by_its_name_with_json():
    import runner

    found = json.loads(runner.call("elbo.bound", "[0, 1]"))
    from moving import elbo

    assert found == elbo.bound(0, 1)
