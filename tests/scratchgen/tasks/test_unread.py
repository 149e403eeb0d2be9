"""A setting that the chosen model, objective or optimiser does not read is refused: it would have no effect.

The settings that are read are observed: a training on small data notes every setting that is looked up.
A setting that is never looked up must be among those that the task refuses.
"""

import dataclasses
from dataclasses import replace

import numpy as np
import pytest

from scratchgen import BadInput
from scratchgen.data import PairData, RowData, SequenceData, TextData
from scratchgen.data.options import LoadOptions
from scratchgen.data.sound_frames import as_frames
from scratchgen.data.types import SoundData
from scratchgen.runs import Run
from scratchgen.runs.schema import fields
from scratchgen.tasks import get_task
from scratchgen.tasks.task import refuse_unread, train_task

RNG = np.random.default_rng(0)
ROWS = (RNG.random((40, 64)) < 0.5).astype(np.float32)
CLASSES = np.arange(40) % 2
IMAGES = RowData(
    "mine", (8, 8), ROWS[:24], ROWS[24:32], ROWS[32:], CLASSES[:24], CLASSES[24:32], CLASSES[32:]
)
ROLLS = [(RNG.random((6, 8)) < 0.3).astype(np.float32) for _ in range(9)]
SOUNDS = [RNG.uniform(-1, 1, 2000).astype(np.float32) for _ in range(6)]
SENTENCES = [("ab", "ba"), ("abc", "cba"), ("bc", "cb"), ("ca", "ac")]
DATA = {
    "vae": IMAGES,
    "vq": IMAGES,
    "gan": IMAGES,
    "text": TextData("mine", "the cat sat " * 40, "the cat " * 10, "the mat " * 10),
    "translation": PairData("mine", ("A", "B"), SENTENCES, SENTENCES[:2], SENTENCES[:2]),
    "summarisation": PairData("mine", ("A", "B"), SENTENCES, SENTENCES[:2], SENTENCES[:2]),
    "music": SequenceData("mine", "quarter note", 60, ROLLS[:5], ROLLS[5:7], ROLLS[7:]),
    "sound": as_frames(SoundData("mine", 500, SOUNDS[:4], SOUNDS[4:5], SOUNDS[5:])),
}
SMALL = {
    "vae": {"latent_dim": 2},
    "vq": {"prior_epochs": 1, "hidden": 4},
    "gan": {"batch_size": 8, "latent_dim": 2},
    "text": {"batch_size": 2, "bptt_steps": 8},
    **{task: {"batch_size": 2} for task in ("translation", "summarisation", "music", "sound")},
}
CHOICES = {
    "vae": {
        "model": ["mlp", "conv", "conditional", "linear"],
        "objective": ["elbo", "iwae", "beta", "geco"],
        "optimizer": ["adam", "adamw", "sgd", "rmsprop", "adagrad"],
        "schedule": ["constant", "half_cosine", "steps"],
    },
    "vq": {"optimizer": ["adam", "sgd"]},
    "gan": {
        "model": ["dense", "conv", "conditional", "packed"],
        "objective": ["minimax", "wasserstein"],
        "optimizer": ["adam", "adamw", "sgd", "rmsprop", "adagrad"],
        "discriminator_optimizer": ["adam", "sgd"],
    },
    "text": {"tokenizer": ["characters", "bytes"], "cell": ["lstm"]},
    "translation": {"tokenizer": ["characters", "bytes"], "attention": ["additive"]},
    "summarisation": {"copying": [True, False], "coverage_weight": [0.0], "optimizer": ["sgd"]},
    "music": {"optimizer": ["sgd"]},
    "sound": {"optimizer": ["sgd"]},
}
CASES = [
    (task, name, value)
    for task, names in CHOICES.items()
    for name, values in names.items()
    for value in values
]


def also(name, value):
    """The settings that another choice needs."""
    if value == "geco":
        return {"target_distortion": 30.0}
    return {"likelihood": "gaussian"} if value == "linear" else {}


def read_by(task, chosen, directory):
    """The settings that a training on small data looks up, once the data are there."""
    seen, noting = set(), []

    class Noting(task.settings, frozen=True):
        def __getattribute__(self, name):
            if noting:
                seen.add(name)
            return super().__getattribute__(name)

    def load(source, settings):
        noting.append(True)
        return DATA[task.name]

    # the pictures come after the training, and no setting of the training is for them; of the scores, those of
    # a VAE read settings
    score = task.score if task.name == "vae" else lambda *_: []
    observed = replace(task, load=load, draw=lambda *_: None, score=score)
    settings = Noting(**{"epochs": 1, "min_steps": 0, **SMALL[task.name], **chosen})
    train_task(observed, "mine", settings, 0, lambda config: Run(directory, config, quiet=True))
    return seen


@pytest.mark.parametrize(("task", "name", "value"), CASES, ids=lambda x: str(x))
def test_a_setting_that_a_training_never_looks_up_is_refused(task, name, value, tmp_path):
    task, chosen = get_task(task), {name: value, **also(name, value)}
    never = set(fields(task.settings)) - read_by(task, chosen, tmp_path / "run")
    unread = task.unread(task.settings(**chosen))
    # `draw` and the loading of data read these; patience is refused where nothing is validated
    elsewhere = {
        "max_length",
        "max_words",
        "reverse",
        "patience",
        "model",
        *(field.name for field in dataclasses.fields(LoadOptions)),
    }
    assert never <= unread.keys() | elsewhere, never - unread.keys()


def test_the_claim_above_rejects_a_task_that_does_not_say_that_a_linear_model_has_no_hidden_layer(tmp_path):
    chosen = {"model": "linear", "likelihood": "gaussian"}
    never = set(fields(get_task("vae").settings)) - read_by(get_task("vae"), chosen, tmp_path / "run")
    assert {"hidden", "layers"} <= never


@pytest.mark.parametrize(("task", "name", "value"), CASES, ids=lambda x: str(x))
def test_every_setting_that_is_not_read_is_refused_by_name_where_it_is_given(task, name, value):
    task = get_task(task)
    settings = task.settings(**{name: value, **also(name, value)})
    refuse_unread(task, "mine", settings)  # none was given
    for unread in task.unread(settings):
        with pytest.raises(BadInput, match=f"^{unread} is for .*; leave it out$"):
            refuse_unread(task, "mine", settings, [unread])


def test_a_default_of_an_objective_is_no_setting_that_was_given():
    """The Wasserstein objective sets beta1 = 0, also for an optimiser that has none."""
    task = get_task("gan")
    settings = task.complete("digits", {"objective": "wasserstein", "optimizer": "rmsprop"})
    assert settings.beta1 == 0 != task.settings().beta1
    refuse_unread(task, "digits", settings)
    with pytest.raises(BadInput, match="beta1 is for optimizer adam or adamw, not for rmsprop"):
        refuse_unread(task, "digits", task.settings(**{"objective": "wasserstein", "optimizer": "rmsprop"}))
