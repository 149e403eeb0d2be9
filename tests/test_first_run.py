"""The first training that a newcomer makes: the command trains each family on embedded data, and the run is used."""

import json
import math

import numpy as np
import pytest

from scratchgen import cli
from scratchgen.tasks.load import load_run

pytestmark = pytest.mark.fast

COMMANDS = {
    "vae": ("vae", "--data", "digits", "--epochs", "1", "--hidden", "16"),
    "gan": ("gan", "--data", "digits", "--epochs", "1"),
    "rnn": ("rnn", "--data", "mine.txt", "--epochs", "1", "--hidden", "16", "--batch-size", "8"),
}


@pytest.mark.parametrize("family", COMMANDS)
def test_a_family_trains_and_its_scores_are_finite_and_its_model_is_loaded_with_its_weights(
    family, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.txt").write_text("the cat sat on the mat. " * 400)
    with pytest.raises(SystemExit) as ended:
        cli.main(["train", *COMMANDS[family], "--out", "run", "--quiet"])
    assert ended.value.code == 0, capsys.readouterr().err
    scores = json.loads((tmp_path / "run" / "scores.json").read_text())
    assert scores and all(math.isfinite(score["value"]) for score in scores if score["value"] is not None)
    assert (tmp_path / "run" / "report.html").stat().st_size > 1000
    one, other = (load_run(tmp_path / "run").model.state_dict() for _ in range(2))
    assert one and all(np.isfinite(array).all() for array in one.values())
    assert all(np.array_equal(one[name], other[name]) for name in one)


def test_the_claim_above_rejects_an_unknown_setting_with_one_line(capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(["train", "vae", "--set", "latent=3"])
    assert ended.value.code == 2
    assert "did you mean latent_dim?" in capsys.readouterr().err
