"""The pictures of a recurrent network that has read any text."""

import re

import numpy as np
import pytest

from scratchgen import plots, rnn
from scratchgen.data import CharacterTokenizer, TextData
from scratchgen.nn.saving import describe
from scratchgen.random import Generator
from scratchgen.runs import Run
from scratchgen.runs.config import RunConfig
from scratchgen.tasks.text import Settings, _draw_units

EVERY = {"states", "gradient_norms", "eigenvalues"}


def pictures(folder, text, cell, layers=1):
    model = rnn.LanguageModel(CharacterTokenizer.of(text), 5, 3, Generator(3), cell=cell, layers=layers)
    run = Run(folder, RunConfig(task="text", seed=3, model=describe(model)), quiet=True)
    eigenvalues = rnn.EigenvalueHistory(model.recurrent)
    run.observe(eigenvalues=eigenvalues)
    run.track(model=model)
    for _ in run.epochs(2):
        run.log(loss=0)
        for p in model.parameters():
            p.data *= 1.5
    _draw_units(model, TextData("mine", text, text, text), Settings(cell=cell), run, eigenvalues)
    return {file.stem for file in (folder / "samples").iterdir()}


@pytest.mark.parametrize("text", ['one (or "two")\n\n  and THREE\n' * 40, "ab" * 300, "ab", "日本\n" * 9])
def test_any_text_gives_every_picture(text, tmp_path):
    assert pictures(tmp_path, text, "tanh") == EVERY


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_a_network_with_gates_shows_them_too(cell, tmp_path):
    assert pictures(tmp_path, "one or two\n" * 30, cell, layers=2) == EVERY | {"gates"}


def test_moments_are_that_before_training_and_that_after_it(monkeypatch, tmp_path):
    given = {}
    for name in ("text_states", "gradient_norms", "eigenvalues"):
        monkeypatch.setattr(plots, name, lambda *arguments, name=name: given.update({name: arguments}))
    pictures(tmp_path, 'one (or "two")\n' * 40, "tanh")
    h, symbols, titles, _ = given["text_states"]
    assert h.shape == (4, 400) and len(symbols) == 400
    assert all(re.fullmatch(r"unit \d: .+, r = [+-]\d\.\d\d", title) for title in titles)
    (lines,) = given["gradient_norms"][0].values()
    assert [*lines] == ["before training", "after"] and all(len(norms) == 51 for norms in lines.values())
    assert lines["before training"][1] != lines["after"][1]
    moments, names, _ = given["eigenvalues"]
    assert [np.abs(moment).max() for moment in moments] == pytest.approx([1, 1.5, 2.25], rel=1e-5)
    assert names == ("$W_{hh}$",)
