"""The debugger: pdb stops in the code of an equation, also inside a training, and a trace of lines."""

import io
import re
import sys

import numpy as np
import pytest

from scratchgen import BadInput, Generator, gan, rnn, vae
from scratchgen.data.tokenizers.characters import CharacterTokenizer
from scratchgen.equations import BY_ID
from scratchgen.equations.debugger import line_by_line, run_under_pdb
from scratchgen.equations.locate import located
from scratchgen.optim import SGD
from scratchgen.runs import History


def by_halves(x, steps):
    total = 0.0
    for _ in range(steps):
        total += x
        x = x / 2
    return total


def test_each_line_that_ran_is_there_with_the_variables_that_it_changed():
    result, rows = line_by_line({__file__}, by_halves, x=4.0, steps=2)
    assert result == 6.0
    assert [(text.strip(), changed) for _, text, changed in rows] == [
        ("total = 0.0", "total = 0"),
        ("for _ in range(steps):", "_ = 0"),
        ("total += x", "total = 4"),
        ("x = x / 2", "x = 2"),
        ("for _ in range(steps):", "_ = 1"),
        ("total += x", "total = 6"),
        ("x = x / 2", "x = 1"),
        ("for _ in range(steps):", ""),
        ("return total", "→ 6"),
    ]
    first = by_halves.__code__.co_firstlineno + 1
    assert rows[0][0] == f"equations/test_debugger.py:{first}"


def test_other_files_are_passed_over_and_the_tracing_ends():
    before = sys.gettrace()
    assert line_by_line(set(), by_halves, x=4.0, steps=2) == (6.0, [])
    assert sys.gettrace() is before


def test_an_error_passes_through_and_the_tracing_ends():
    before = sys.gettrace()
    try:
        line_by_line({__file__}, by_halves, x="4", steps=2)
    except TypeError:
        pass
    else:
        raise AssertionError("a text has no half")
    assert sys.gettrace() is before


# --- breakpoints inside a training --------------------------------------------------------------------------

IMAGES = np.random.default_rng(0).random((8, 6)).astype(np.float32)
ONCE = {"epochs": 1, "batch_size": 4}


def train_vae():
    model = vae.VAE(6, 2, 5, Generator(0))
    vae.train(model, IMAGES, IMAGES, History(), optimizer=SGD(model.parameters()), rng=Generator(0), **ONCE)
    return model


def train_gan():
    model = gan.GAN(6, 3, Generator(0), hidden=(5,))
    players = {"optimizer_G": SGD(model.G.parameters()), "optimizer_D": SGD(model.D.parameters())}
    gan.train(model, IMAGES, History(), rng=Generator(0), **players, **ONCE)
    return model


def train_rnn():
    model = rnn.LanguageModel(CharacterTokenizer("ab"), 4, 3, Generator(0))
    text = np.arange(40) % 2
    rnn.train(model, text, text, History(), optimizer=SGD(model.parameters()), bptt_steps=4, **ONCE)
    return model


TRAININGS = {"vae.elbo": train_vae, "gan.value": train_gan, "rnn.language_model": train_rnn}


def stops(shown):
    """The places at which pdb stopped: file, line and function."""
    return re.findall(r"^(?:\(Pdb\) )*> (.*)\((\d+)\)(\w+)\(\)", shown, re.M)


@pytest.mark.parametrize("id", TRAININGS)
def test_a_breakpoint_on_an_equation_stops_inside_a_training_which_then_ends_as_without_it(
    id, capsys, monkeypatch
):
    monkeypatch.setattr("sys.stdin", io.StringIO("c\n" * 1000))
    found = run_under_pdb([id], TRAININGS[id]).state_dict()
    file, line, source = located(BY_ID[id])
    places = stops(capsys.readouterr().out)
    assert places
    assert {(where, line < int(at) < line + source.count("\n")) for where, at, _ in places} == {
        (str(file), True)
    }
    expected = TRAININGS[id]().state_dict()
    assert all(np.array_equal(found[name], expected[name]) for name in expected)


def test_several_equations_stop_where_each_begins(capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("c\n" * 1000))
    run_under_pdb(["vae.elbo", "vae.kl", "vae.kl"], train_vae)
    assert {name for _, _, name in stops(capsys.readouterr().out)} == {"elbo", "kl_to_standard_normal"}


def test_after_a_run_the_breakpoints_are_gone_and_a_user_may_quit(capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("q\n"))
    assert run_under_pdb(["vae.elbo"], train_vae) is None
    capsys.readouterr()
    train_vae()
    assert not stops(capsys.readouterr().out)


def test_an_equation_that_the_computation_never_enters_is_named(capsys):
    assert run_under_pdb(["gan.value"], lambda: 3) == 3
    printed = capsys.readouterr()
    assert not stops(printed.out) and printed.err.startswith("never called: value (")


def test_an_unknown_equation_is_refused_with_the_nearest_before_anything_runs():
    ran = []
    with pytest.raises(BadInput, match=r"no equation is named 'vae.eblo'; did you mean vae.elbo\?"):
        run_under_pdb(["vae.kl", "vae.eblo"], lambda: ran.append(1))
    assert not ran
