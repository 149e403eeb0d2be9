"""The books of a training."""

import json

import numpy as np

from scratchgen.runs import History, Run
from scratchgen.tasks.load import load_run
from scratchgen.vae import VAE


def test_what_is_logged_several_times_in_an_epoch_is_averaged_over_it():
    books = History()
    for epoch in books.epochs(2):
        for step in range(3):
            books.log(loss=10 * epoch + step)
        books.log(validation=epoch)
    assert books.history == {"loss": [11, 21], "validation": [1, 2]}


def test_a_run_writes_a_line_an_epoch_and_gives_the_model_back(tmp_path):
    model = VAE(4, 2, 3)
    config = {
        "kind": "vae",
        "data": "mine",
        "image_shape": [2, 2],
        "model": {"data_dim": 4, "latent_dim": 2, "hidden": 3},
    }
    run = Run(tmp_path / "run", config)
    for epoch in run.epochs(2):
        run.log(elbo=-epoch)
    run.save(model)
    lines = [json.loads(line) for line in (tmp_path / "run" / "metrics.jsonl").read_text().splitlines()]
    assert [(line["epoch"], line["elbo"]) for line in lines] == [(1, -1), (2, -2)]

    again, read = load_run(tmp_path / "run")
    assert read == config and not again.training
    for name, array in model.state_dict().items():
        np.testing.assert_array_equal(again.state_dict()[name], array)
