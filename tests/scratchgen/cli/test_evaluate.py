"""`evaluate` prints the scores of a finished run."""

import json

import numpy as np
import pytest

pytestmark = pytest.mark.unrendered

SCORED = ("mlp", "conditional", "conv", "linear", "vq", "geco", "gan", "rnn", "lstm", "bytes", "points")
TEXTS = ("rnn", "lstm", "bytes")


def scores_of(folder, name):
    return {score["measure"]: score for score in json.loads((folder / name / "scores.json").read_text())}


@pytest.mark.parametrize("name", SCORED)
def test_it_repeats_every_score_that_the_training_ended_with(name, runs, scratchgen_in, tmp_path):
    if name == "gan":
        pytest.importorskip("sklearn")
    folder = runs(name)
    k = ("-k", 3) if name not in ("vq", "gan", *TEXTS) else ()
    done = scratchgen_in(folder)("evaluate", name, *k, "--json", tmp_path / "numbers.json")
    assert done.returncode == 0 and done.stderr == ""
    found = json.loads((tmp_path / "numbers.json").read_text())
    again = {score["measure"]: score for score in found["scores"]}
    trained = scores_of(folder, name)
    assert trained and trained.keys() <= again.keys()
    for measure, score in trained.items():
        assert again[measure]["value"] == score["value"]
        assert again[measure]["standard_error"] == score["standard_error"]
        assert measure in done.stdout
    task = "text" if name in TEXTS else name if name in ("vq", "gan") else "vae"
    assert (found["run"], found["part"], found["task"]) == (name, "test", task)


def test_the_likelihood_of_a_vae_is_printed_with_bits_and_active_units_and_never_below_the_bound(
    runs, scratchgen_in, tmp_path
):
    scratchgen_in(runs("mlp"))("evaluate", "mlp", "-k", 20, "--json", tmp_path / "numbers.json")
    scores = json.loads((tmp_path / "numbers.json").read_text())["scores"]
    elbo, rate, distortion, error, likelihood, _, bits, units = (score["value"] for score in scores)
    assert elbo == pytest.approx(-(distortion + rate)) and elbo < likelihood < 0
    assert bits == pytest.approx(-likelihood / 64 / np.log(2)) and 0 <= units <= 8
    assert 0 < error < scores[3]["baseline_value"] * 10 and "principal components" in scores[3]["baseline"]
    assert all("±" in line for line in printed_rows(runs("mlp"), scratchgen_in) if "nats" in line)


def printed_rows(folder, scratchgen_in):
    return scratchgen_in(folder)("evaluate", "mlp", "-k", 2).stdout.splitlines()[2:]


def test_part_and_seed_decide_the_numbers(runs, scratchgen_in, tmp_path):
    run = scratchgen_in(runs("mlp"))
    said = [
        run("evaluate", "mlp", "-k", 2, *options).stdout
        for options in ((), (), ("--part", "validation"), ("--seed", 1), ("--seed", 2))
    ]
    assert said[0] == said[1] and len({*said}) == 4
    assert "validation part" in said[2] and "test part" in said[0]


def test_a_linear_model_has_its_exact_evidence_next_to_the_estimate(runs, scratchgen_in):
    assert "exact" in scratchgen_in(runs("linear"))("evaluate", "linear", "-k", 2).stdout


def test_the_target_is_printed_next_to_the_distortion(runs, scratchgen_in):
    assert "target: at most 20" in scratchgen_in(runs("geco"))("evaluate", "geco", "-k", 2).stdout


def test_a_target_out_of_reach_is_called_infeasible_and_the_run_ends_well(scratchgen_in, tmp_path):
    options = (
        "--objective",
        "geco",
        "--target-distortion",
        -5,
        "--epochs",
        30,
        "--hidden",
        8,
        "--out",
        "run",
    )
    done = scratchgen_in(tmp_path)("train", "vae", *options)
    assert done.returncode == 0 and "infeasible" in done.stdout
    score = scores_of(tmp_path, "run")["held-out distortion, nats per example"]
    assert not score["reached"] and np.isfinite(score["value"]) and "λ = 1e+04" in score["ours"]


@pytest.mark.parametrize("name", ["gan", "unlabelled"])
def test_samples_of_a_gan_are_compared_with_real_data_with_and_without_classes(
    name, runs, scratchgen_in, tmp_path
):
    pytest.importorskip("sklearn")
    done = scratchgen_in(runs(name))("evaluate", name, "--json", tmp_path / "numbers.json")
    assert done.returncode == 0
    scores = json.loads((tmp_path / "numbers.json").read_text())["scores"]
    lines = [line for line in done.stdout.splitlines() if "(held-out)" in line]
    compared = [score for score in scores if "(held-out)" in score["baseline"]]
    assert len(lines) == len(compared) == (9 if name == "unlabelled" else 19)  # ten classes have a share each
    assert any("Parzen" in line and line.count("±") == 2 for line in lines)
    assert all(np.isfinite(score["value"]) for score in compared)


REFUSED = {
    "an unknown part": (
        "mlp",
        ("--part", "train"),
        "no part is named 'train'; there are validation, test",
    ),
    "no samples": ("mlp", ("-k", 0), "Invalid value for '-k'"),
    "a negative seed": ("mlp", ("--seed", -1), "Invalid value for '--seed'"),
    "samples of discrete codes": ("vq", ("-k", 5), "-k counts samples of a VAE's latent"),
    "samples for a text": ("rnn", ("-k", 5), "-k counts samples of a VAE's latent"),
    "a folder for the numbers": ("mlp", ("--json", "mlp"), "mlp is a directory"),
    "a file for a folder": ("mlp", ("--json", "mine.txt/x.json"), "mine.txt is a file"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_bad_options_are_refused_in_one_line_and_leave_no_file(case, runs, scratchgen_in):
    name, options, expected = REFUSED[case]
    folder = runs(name)
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    done = scratchgen_in(folder)("evaluate", name, *options)
    assert done.returncode == 2 and done.stdout == ""
    assert len(done.stderr.splitlines()) == 1 and expected in done.stderr
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


def test_a_run_whose_data_have_changed_is_not_evaluated(runs, scratchgen_in):
    folder = runs("unlabelled")
    images = np.load(folder / "mine.npy")
    try:
        np.save(folder / "mine.npy", images[::-1])
        done = scratchgen_in(folder)("evaluate", "unlabelled")
    finally:
        np.save(folder / "mine.npy", images)
    assert done.returncode == 2 and "have changed since its training" in done.stderr
