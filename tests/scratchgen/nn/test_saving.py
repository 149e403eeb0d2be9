"""A model is saved with its class and its arguments, from which it is built again. `sg.load` gives the same model."""

import numpy as np
import pytest

import scratchgen as sg
from scratchgen.nn.saving import CLASSES, build, describe


@pytest.fixture(autouse=True)
def forget_classes_of_tests(monkeypatch):
    """The classes that a test registers are forgotten after it."""
    monkeypatch.setattr("scratchgen.nn.saving.CLASSES", dict(CLASSES))


def make_class():
    @sg.nn.saveable
    class Own(sg.nn.Module):
        def __init__(self, D, hidden=4, options=None, rng=None, **further):
            self.given = (D, hidden, options, further)
            self.layer = sg.nn.Linear(D, hidden, rng)

        def forward(self, x):
            return self.layer(x)

    return Own


def test_a_saved_model_is_loaded_with_the_same_arguments_and_bit_identical_weights(tmp_path):
    model = make_class()(3, hidden=np.int64(5), scale=0.5, sizes=(1, 2))
    sg.save(model, tmp_path / "model.safetensors")
    again = sg.load(tmp_path / "model.safetensors")
    assert type(again) is type(model) and not again.training
    assert again.given == (3, 5, None, {"scale": 0.5, "sizes": [1, 2]})
    for name, array in model.state_dict().items():
        np.testing.assert_array_equal(again.state_dict()[name], array)


def test_the_claim_above_rejects_a_model_with_other_weights(tmp_path):
    model = make_class()(3)
    sg.save(model, tmp_path / "model.safetensors")
    again = sg.load(tmp_path / "model.safetensors")
    again.layer.W.data[0, 0] += 1
    assert not np.array_equal(again.state_dict()["layer.W"], model.state_dict()["layer.W"])


def test_loading_does_not_advance_the_default_stream(tmp_path):
    sg.save(make_class()(3), tmp_path / "model.safetensors")
    sg.random.seed(5)
    sg.load(tmp_path / "model.safetensors")
    after_loading = sg.nn.Linear(2, 3).W.numpy()
    sg.random.seed(5)
    np.testing.assert_array_equal(after_loading, sg.nn.Linear(2, 3).W.numpy())


def test_an_object_of_a_saveable_class_is_an_argument():
    model = sg.rnn.LanguageModel(sg.data.CharacterTokenizer("abc"), 3, 2)
    again = build(describe(model))
    assert again.tokenizer.characters == model.tokenizer.characters and repr(again) == repr(model)


def test_weights_are_loaded_by_name_with_a_report(tmp_path):
    Own = make_class()
    sg.save(Own(3, 4), tmp_path / "model.safetensors")
    wider = Own(3, 5)
    report = sg.load(tmp_path / "model.safetensors", into=wider, strict=False)
    assert sorted(report.mismatched) == ["layer.W", "layer.b"] and not report.complete
    with pytest.raises(sg.BadInput, match="does not fit the model"):
        sg.load(tmp_path / "model.safetensors", into=wider)
    with pytest.raises(sg.BadInput, match="into=model"):
        sg.load(tmp_path / "model.safetensors", strict=False)


def refused(make):
    with pytest.raises(sg.BadInput) as problem:
        make()
    assert "\n" not in str(problem.value)
    return str(problem.value)


def test_what_no_file_can_hold_is_refused():
    Own = make_class()

    class Undecorated(Own):
        pass

    assert "@sg.nn.saveable" in refused(lambda: describe(Undecorated(3)))
    assert "argument options of Own is a set" in refused(lambda: describe(Own(3, options={1})))
    assert "argument what of Own is a ndarray" in refused(lambda: describe(Own(3, what=np.ones(2))))


def test_a_description_that_fits_no_class_is_refused():
    make_class()
    wrong = {
        "did you mean Own": {"class": "Owm", "arguments": {}},
        "has no 'arguments'": {"class": "Own"},
        "is described by": [],
        "do not fit it": {"class": "Own", "arguments": {"D": "three"}},
    }
    for words, described in wrong.items():
        assert words in refused(lambda described=described: build(described))
