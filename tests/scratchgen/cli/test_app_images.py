"""scratchgen app run image-generation and image-editing: quick runs, own images, and refusals."""

import json

import numpy as np
import pytest

from scratchgen.applications.image_editing import IMAGE_EDITING
from scratchgen.applications.image_generation import IMAGE_GENERATION

EDITING = ("app", "run", "image-editing", "--quick", "--quiet", "--out", "apps")
GENERATION = ("app", "run", "image-generation", "--quick", "--quiet", "--out", "apps")


def results_of(folder):
    seed = folder / "seed-0"
    found = json.loads((seed / "results.json").read_text(encoding="utf-8"))
    files = [seed / shown["file"] for shown in found["shown"]]
    assert all(file.read_bytes().startswith(b"\x89PNG") for file in files)
    return {result["measure"]: result for result in found["results"]}, (folder / "report.html").read_text(
        "utf-8"
    )


@pytest.mark.slow
def test_a_quick_generation_compares_both_models_with_both_baselines(scratchgen_in, tmp_path):
    done = scratchgen_in(tmp_path)(*GENERATION)
    assert done.returncode == 0, done.stderr
    results, page = results_of(tmp_path / "apps" / "image-generation-quick")
    bits = next(result for measure, result in results.items() if "bits per dimension" in measure)
    assert 0 < bits["ours"] < min(bits["baselines"].values())
    for model in ("VAE", "GAN"):
        distance = next(r for m, r in results.items() if "Fréchet" in m and m.endswith(model))
        assert set(distance["baselines"]) == {"probabilistic PCA", "mixture of Gaussians"}
        assert 0 < distance["real"] < distance["ours"]
        assert f"samples of the {model} on digits" in page
    assert all(word in page for word in ("the best 3, the median 3 and the worst 3", "not chosen"))


@pytest.mark.slow
def test_a_quick_editing_changes_strokes_and_restores_digits(scratchgen_in, tmp_path):
    done = scratchgen_in(tmp_path)(*EDITING)
    assert done.returncode == 0, done.stderr
    results, page = results_of(tmp_path / "apps" / "image-editing-quick")
    for what in ("slant", "stroke width", "lower half hidden", "noise of deviation 0.5"):
        assert any(what in measure for measure in results), what
    assert results["digits, noise of deviation 1: PSNR of the whole image, dB"]["ours"] > 10
    assert "by the PSNR of our estimate" in page


@pytest.mark.slow
def test_own_images_without_classes_are_restored(scratchgen_in, tmp_path):
    rng = np.random.default_rng(0)
    stripes = np.sin(np.arange(10) * rng.uniform(0.3, 1.5, (500, 1)))[:, None] * np.ones((10, 1))
    np.save(tmp_path / "stripes.npy", np.rint(127 + 120 * stripes).astype(np.uint8))
    done = scratchgen_in(tmp_path)(*EDITING, "--on", "stripes.npy")
    assert done.returncode == 0, done.stderr
    results, _ = results_of(tmp_path / "apps" / "image-editing-quick")
    assert len(results) == 3 and all("PSNR" in measure for measure in results)


@pytest.mark.parametrize("command", [EDITING, GENERATION], ids=["editing", "generation"])
@pytest.mark.parametrize(
    "source, message",
    [
        ("absent", "absent"),
        ("tones", "tones"),
        ("few.npy", "the scores need at least 20"),
        ("equal.npy", "are equal"),
        ("empty", "empty"),
    ],
)
def test_images_that_cannot_be_used_are_refused_in_one_line_and_leave_no_run(
    command, source, message, scratchgen_in, tmp_path
):
    np.save(tmp_path / "few.npy", np.random.default_rng(0).integers(0, 256, (30, 8, 8), np.uint8))
    np.save(tmp_path / "equal.npy", np.full((500, 8, 8), 9, np.uint8))
    (tmp_path / "empty").mkdir()
    done = scratchgen_in(tmp_path)(*command, "--on", source)
    assert done.returncode == 2 and message in done.stderr and done.stderr.count("\n") <= 2
    assert not list(tmp_path.glob("**/config.json"))


def test_the_applications_take_their_data_in_their_order():
    assert IMAGE_GENERATION.data == ("mnist", "characters") and IMAGE_EDITING.data == ("characters", "mnist")
    assert IMAGE_GENERATION.quick_data == IMAGE_EDITING.quick_data == ("digits",)
