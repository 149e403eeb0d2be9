"""Shakespeare reproduced: every epoch is trained, and the whole last tenth of the text is scored."""

import json
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from scratchgen import rnn
from scratchgen.data import TextData
from scratchgen.evaluation import NGram
from scratchgen.evaluation.ngram import CONCENTRATION_GRID
from scratchgen.random import Generator
from scratchgen.reproductions import reproduce, shakespeare
from scratchgen.runs.schema import replace as with_settings
from scratchgen.tasks import get_task
from scratchgen.tasks.load import load_run

TINY = {"hidden": 8, "embedding": 4, "epochs": 3, "batch_size": 2, "bptt_steps": 20}
ITEMS = (shakespeare.SHAKESPEARE_TANH, shakespeare.SHAKESPEARE_LSTM)


def tiny(item):
    """The reproduction with a small network, which trains in a moment."""
    (part,) = item.parts
    settings = with_settings(part.measure.keywords["settings"], **TINY)
    return replace(item, parts=(replace(part, measure=partial(shakespeare.measure, settings=settings)),))


@pytest.fixture
def play(monkeypatch):
    """900 characters in which the parts differ, so that the score of one is not the score of both."""
    draw = lambda n, p, seed: "".join(
        "ab \n"[i] for i in np.searchsorted(np.cumsum(p), Generator(seed).random(n))
    )
    text = TextData(
        "tinyshakespeare",
        draw(900, (0.4, 0.3, 0.2, 0.1), 1),
        draw(50, (0.9, 0.05, 0.03, 0.02), 2),
        draw(60, (0.02, 0.08, 0.1, 0.8), 3),
    )
    monkeypatch.setattr(shakespeare, "load_text", lambda name: text)
    return text


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.name)
def test_validation_and_test_part_are_scored_as_one_text_in_one_pass(item, play, tmp_path):
    (row,) = reproduce(tiny(item), tmp_path, range(1), quiet=True)
    (numbers,) = row.numbers
    directory = tmp_path / item.name / row.part.name / "seed-0"
    model = load_run(directory).model
    nats = lambda text: -float(np.mean(rnn.log_prob(model, model.tokenizer.encode(text))))
    assert next(iter(numbers)) == "held out"  # the number that is compared with its target
    assert numbers["held out"] == pytest.approx(nats(play.validation + play.test), rel=1e-6)
    assert numbers["held out"] != pytest.approx(nats(play.validation), rel=1e-2)
    assert numbers["held out"] != pytest.approx(nats(play.test), rel=1e-2)
    assert numbers["training"] == pytest.approx(
        nats(play.train[: len(play.validation + play.test)]), rel=1e-6
    )
    assert numbers["parameters"] == sum(p.size for p in model.parameters())
    sample = (directory / "samples" / "text.txt").read_text()
    assert len(sample) == 1 + shakespeare.TEXT_SAMPLE and sample[0] == "\n"  # after the prompt, a new line


def test_no_epoch_is_left_out_and_the_weights_are_those_of_the_last(play, tmp_path):
    (row,) = reproduce(tiny(ITEMS[1]), tmp_path, range(1), quiet=True)
    directory = tmp_path / ITEMS[1].name / row.part.name / "seed-0"
    epochs = [json.loads(line) for line in (directory / "metrics.jsonl").read_text().splitlines()]
    assert [each["epoch"] for each in epochs] == [1, 2, 3]
    model = load_run(directory).model
    ids = model.tokenizer.encode(play.validation)
    assert rnn.evaluate(model, ids) == pytest.approx(epochs[-1]["validation_bits"], rel=1e-6)


def test_the_n_gram_beside_it_is_the_best_of_all_orders_up_to_five_on_the_same_text(play, tmp_path):
    (row,) = reproduce(tiny(ITEMS[0]), tmp_path, range(1), quiet=True)
    (numbers,) = row.numbers
    vocabulary = load_run(tmp_path / ITEMS[0].name / row.part.name / "seed-0").model.tokenizer
    train, held_out = vocabulary.encode(play.train), vocabulary.encode(play.validation + play.test)
    tried = {
        (order, alpha): NGram(order, alpha).fit(train, vocabulary.vocabulary_size).log_prob(held_out)
        for order in range(6)
        for alpha in CONCENTRATION_GRID
    }
    (order, _), best = max(tried.items(), key=lambda found: found[1].sum())
    assert numbers["its order"] == order
    assert numbers["best n-gram"] == pytest.approx(-best[1:].mean(), rel=1e-9)  # the network has no first one


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.name)
def test_the_section_states_the_settings_that_are_trained(item):
    (part,) = item.parts
    settings = part.measure.keywords["settings"]
    assert settings.cell == part.name and settings.patience == 0
    for stated in (
        f"{settings.hidden} units",
        f"{settings.epochs} epochs",
        f"α = {settings.learning_rate:g}",
    ):
        assert stated in item.setting


def test_the_defaults_of_shakespeare_are_for_any_cell():
    task = get_task("text")
    defaults = lambda data, **given: task.complete(data, given)
    assert defaults("tinyshakespeare").cell == "lstm"
    assert defaults("tinyshakespeare", cell="tanh").hidden == defaults("tinyshakespeare").hidden
    assert defaults("tinyshakespeare") != defaults("stdlib", cell="lstm")
