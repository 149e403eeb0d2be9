"""A job of several trainings: those that are finished are loaded, those of another configuration refused."""

import numpy as np
import pytest

from scratchgen.applications.application import Job
from scratchgen.errors import BadInput
from scratchgen.random import Generator

SMALL = {"epochs": 1, "hidden": 8}


@pytest.fixture
def job(tmp_path):
    return Job(("digits",), tmp_path, 0, False, {"quiet": True})


def test_a_finished_training_is_loaded_with_its_weights_and_not_repeated(job):
    model, data, settings = job.train("vae", **SMALL)
    files = sorted((job.directory / "vae").rglob("*"))
    times = [path.stat().st_mtime_ns for path in files]
    again, same_data, same_settings = job.train("vae", **SMALL)
    assert settings == same_settings and np.array_equal(data.train, same_data.train)
    assert np.array_equal(model.sample(3, Generator(1)), again.sample(3, Generator(1)))
    assert sorted((job.directory / "vae").rglob("*")) == files
    assert [path.stat().st_mtime_ns for path in files] == times


@pytest.mark.parametrize(
    "data, changed", [("digits", {"hidden": 9}), ("binarized-digits", {})], ids=["settings", "data"]
)
def test_a_finished_training_of_another_configuration_is_refused(data, changed, job):
    job.train("vae", **SMALL)
    with pytest.raises(BadInput, match="cannot be resumed"):
        job.train("vae", data, **{**SMALL, **changed})
