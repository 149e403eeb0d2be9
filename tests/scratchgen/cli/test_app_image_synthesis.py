"""scratchgen app run image-synthesis: a quick run is scored and shown, and own images that do not fit are refused."""

import json

import numpy as np
import pytest

from scratchgen.data import load_images

QUICK = ("app", "run", "image-synthesis", "--quick", "--quiet", "--out", "apps")
EXAMPLES = (
    *(f"{model}-{kind}.png" for model in ("vae", "gan") for kind in ("classes", "ranked")),
    "style.png",
    *(f"description-{rank}.png" for rank in ("best", "median", "worst")),
)


@pytest.mark.slow
def test_a_quick_run_compares_samples_of_classes_and_descriptions_with_their_baselines(
    scratchgen_in, tmp_path
):
    done = scratchgen_in(tmp_path)(*QUICK)
    assert done.returncode == 0, done.stderr
    seed = tmp_path / "apps" / "image-synthesis-quick" / "seed-0"
    results = json.loads((seed / "results.json").read_text(encoding="utf-8"))["results"]
    found = {result["measure"]: result for result in results}
    assert len(found) == 10
    for model in ("VAE", "GAN"):
        recognised = found[f"digits, conditional {model}: samples recognised as their class, %"]
        assert recognised["real"] > 95 and recognised["baselines"]["a training image of the condition"] > 95
        diversity = found[f"digits, conditional {model}: diversity within a class"]
        assert diversity["baselines"]["mean image of the condition"] < 1e-6 < diversity["ours"]
    described = found["characters, conditional VAE: attributes recognised as described, %"]
    assert described["real"] > 95 > 90 > described["baselines"]["a training image of the condition"]
    assert sorted(path.name for path in (seed / "examples").iterdir()) == sorted(EXAMPLES)
    page = (seed.parent / "report.html").read_text(encoding="utf-8")
    assert "median of 1,000 by the probability of the description: " in page


@pytest.mark.slow
def test_own_labelled_images_are_synthesised_in_colour(scratchgen_in, tmp_path):
    digits = load_images("digits")
    images = np.concatenate([digits.train, digits.validation, digits.test]).reshape(-1, 8, 8, 1)
    labels = np.concatenate([digits.train_labels, digits.validation_labels, digits.test_labels])
    red = np.concatenate([1 - images, *2 * [np.ones_like(images)]], axis=-1)
    np.savez(tmp_path / "red.npz", images=np.rint(255 * red).astype(np.uint8), labels=labels)
    done = scratchgen_in(tmp_path)(*QUICK, "--on", "red.npz")
    assert done.returncode == 0, done.stderr
    seed = tmp_path / "apps" / "image-synthesis-quick" / "seed-0"
    measures = [result["measure"] for result in json.loads((seed / "results.json").read_text())["results"]]
    assert measures[-1] == "red.npz, style transfer: correlation of the brightness before and after"


@pytest.mark.parametrize(
    "on, message",
    [
        ("absent", "absent"),
        ("fsdd", "fsdd is no set of images"),
        ("stdlib", "stdlib is no set of images"),
        ("plain.npz", "plain.npz has no classes, and images are to be made from their class"),
        ("note.txt", "note.txt"),
    ],
)
def test_bad_input_is_refused_in_one_line_and_leaves_no_run(on, message, scratchgen_in, tmp_path):
    np.savez(tmp_path / "plain.npz", images=np.random.default_rng(0).integers(0, 256, (240, 8, 8), np.uint8))
    (tmp_path / "note.txt").write_text("no image\n" * 100, encoding="utf-8")
    done = scratchgen_in(tmp_path)(*QUICK, "--on", on)
    assert done.returncode == 2 and message in done.stderr and done.stderr.count("\n") == 1
    assert not list(tmp_path.glob("**/config.json"))
