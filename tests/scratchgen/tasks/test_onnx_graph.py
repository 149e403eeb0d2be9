"""A model as an ONNX graph computes the numbers of the model.

The oracle is the model itself. The graph is computed by the evaluator of the package onnx, which is NumPy alone and
follows the standard's text, and by onnxruntime where it is installed.
"""

import json
import sys

import numpy as np
import pytest

import scratchgen as sg
from scratchgen import gan, nn, rnn, vae
from scratchgen.autograd import no_grad
from scratchgen.autograd.primitives import to_numpy
from scratchgen.data.tokenizers.characters import CharacterTokenizer
from scratchgen.data.types import Column
from scratchgen.errors import BadInput, NotInstalled
from scratchgen.tasks import onnx_graph, onnx_layers
from scratchgen.tasks.onnx_graph import onnx_model
from scratchgen.tasks.rows import RowInfo
from scratchgen.tasks.vae_settings import DataInfo

onnx = pytest.importorskip("onnx")


def shaken(model):
    """The model with every array moved, so that no bias or mean is 0 and no scale 1, in evaluation mode."""
    rng = np.random.default_rng(1)
    for tensor in dict(model._named_state()).values():
        tensor.data[...] += 0.3 * rng.random(tensor.shape).astype(np.float32)
    return model.eval()


@sg.nn.saveable
class Layers(gan.AdversarialPair):
    """A generator of every layer that the models of the library do not have in theirs."""

    latent_dim = 5

    def __init__(self, rng=None):
        first = [nn.SpectralNorm(nn.Linear(5, 24, rng), rng), nn.LayerNorm(24), nn.GELU(), nn.Dropout(0.5)]
        images = [
            gan.convolutional.Reshape((2, 3, 4)),
            nn.Upsample(2),
            nn.Conv2d(4, 3, 3, rng, 1, 1),
            nn.SiLU(),
        ]
        cut = [nn.ZeroPad2d((-1, 2, 1, 0)), nn.LayerNorm((5, 7, 3)), nn.ELU(0.7), nn.Identity()]
        last = [nn.SpectralNorm(nn.Conv2d(3, 2, 3, rng, 2), rng), nn.LeakyReLU(0.3), nn.Flatten(), nn.Tanh()]
        self.G = nn.Sequential(*first, *images, *cut, *last)
        self.D = nn.Linear(12, 1, rng)


ATTRIBUTES = (2, 4, 3)
TABLE = (1, 1, 3, 1, 2)
KINDS = (
    (1, 1, 1, 3),
    ("student-t", "positive", "count", "categorical"),
    (2.0, 0.5, 1.2, 0.0),
    (3.0, 0.7, 0.4, 1.0),
)
MODELS = {
    "vae": lambda: vae.VAE(20, 3, [9, 6]),
    "vae with tanh": lambda: vae.VAE(20, 3, 9, activation="tanh"),
    "gaussian vae": lambda: vae.VAE(20, 3, 9, likelihood="gaussian"),
    "categorical vae": lambda: vae.VAE(6, 3, 9, likelihood="categorical", levels=5),
    "logistic vae": lambda: vae.VAE(6, 3, 9, likelihood="logistic"),
    "vae of a table": lambda: vae.VAE(8, 3, 9, likelihood=vae.columns.ColumnLikelihood(TABLE)),
    "vae of kinds": lambda: vae.VAE(6, 3, 9, likelihood=vae.columns.ColumnLikelihood(*KINDS)),
    "linear vae": lambda: vae.LinearVAE(20, 3),
    "conditional vae": lambda: vae.ConditionalVAE(20, 3, [9, 6], 4),
    "vae with attributes": lambda: vae.ConditionalVAE(20, 3, 9, ATTRIBUTES),
    "conv vae": lambda: vae.ConvVAE((8, 12), 3, 7, [4, 6]),
    "conv vae of odd sides, in colour": lambda: vae.ConvVAE((7, 13, 3), 3, 7, [4, 6], likelihood="gaussian"),
    "conv vae of levels": lambda: vae.ConvVAE((5, 6, 2), 3, 7, [4], likelihood="categorical", levels=3),
    "gan": lambda: gan.GAN(20, 3, hidden=(8, 9)),
    "gan of units": lambda: gan.GAN(
        3, 2, hidden=(8,), bounded=False, scale=[1e-2, 1, 5], shift=[3, 0, -1], activation="leaky"
    ),
    "conditional gan": lambda: gan.ConditionalGAN(20, 3, 4, hidden=(8, 9)),
    "gan with attributes": lambda: gan.ConditionalGAN(20, 3, ATTRIBUTES, hidden=(8, 9)),
    "conv gan": lambda: gan.ConvGAN((8, 12), 3, [4, 6], hidden=7),
    "conv gan of odd sides, in colour": lambda: gan.ConvGAN((9, 7, 3), 3, [4, 6], hidden=7),
    "own layers": Layers,
}
SHAPES = {
    "conv vae": (8, 12, 1),
    "conv vae of odd sides, in colour": (7, 13, 3),
    "conv vae of levels": (5, 6, 2),
    "conv gan": (8, 12, 1),
    "conv gan of odd sides, in colour": (9, 7, 3),
}


def inputs_of(model, n):
    rng = np.random.default_rng(2)
    inputs = {"z": rng.standard_normal((n, model.latent_dim), np.float32)}
    if (classes := getattr(model, "classes", None)) is not None:
        inputs["labels"] = rng.integers(0, classes, (n, len(classes)) if np.ndim(classes) else n)
    return inputs


def expected(model, inputs):
    """(n, D) by the model itself."""
    z, given = inputs["z"], model.given(inputs.get("labels"))
    with no_grad():
        if isinstance(model, gan.AdversarialPair):
            return to_numpy(model.G(np.concatenate((z, given.y), axis=1) if "labels" in inputs else z))
        return to_numpy(given.decode(z).mean)


def by_evaluator(proto, inputs):
    from onnx.reference import ReferenceEvaluator

    return ReferenceEvaluator(proto).run(None, inputs)[0]


def by_onnxruntime(proto, inputs):
    runtime = pytest.importorskip("onnxruntime")
    return runtime.InferenceSession(proto.SerializeToString()).run(None, inputs)[0]


def error(x, wanted):
    """The largest difference, as a share of the largest number."""
    return np.abs(x.reshape(wanted.shape) - wanted).max() / np.abs(wanted).max()


ROUNDING = 2e-6  # float32 keeps 6e-8 of a number, and a number here is the end of a few hundred products


@pytest.mark.parametrize("compute", [by_evaluator, by_onnxruntime])
@pytest.mark.parametrize("name", MODELS)
def test_the_graph_computes_the_numbers_of_the_model(name, compute):
    model = shaken(MODELS[name]())
    proto = onnx_model(model)
    onnx.checker.check_model(proto, full_check=True)
    for n in (1, 7):
        inputs = inputs_of(model, n)
        x, wanted = compute(proto, inputs), expected(model, inputs)
        assert x.dtype == np.float32 and x.shape == (n, *SHAPES.get(name, wanted.shape[1:]))
        assert error(x, wanted) <= ROUNDING


def swapped(name, *axes):
    """A fault: the constant of this name with two axes exchanged."""

    def plant(proto):
        (found,) = [constant for constant in proto.graph.initializer if constant.name == name]
        array = np.swapaxes(onnx.numpy_helper.to_array(found), *axes)
        found.CopyFrom(onnx.numpy_helper.from_array(array, name))

    return plant


def missed(operator):
    """A fault: the first operator of this type does nothing."""

    def plant(proto):
        node = next(node for node in proto.graph.node if node.op_type == operator)
        node.CopyFrom(onnx.helper.make_node("Identity", node.input[:1], node.output))

    return plant


FAULTS = {
    "a kernel with height and width exchanged": ("conv vae", swapped("decoder.convolutions.0.W", 2, 3)),
    "a last kernel with height and width exchanged": ("conv vae", swapped("decoder.W", 2, 3)),
    "a matrix of a generator that is not transposed": ("conv gan", swapped("G.0.W", 0, 1)),
    "a missed ReLU": ("conv vae of odd sides, in colour", missed("Relu")),
    "a missed sigmoid": ("conv gan", missed("Sigmoid")),
    "a missed scale of the batch norm": ("conv gan of odd sides, in colour", missed("Mul")),
    "a missed shift of the units": ("gan of units", missed("Sub")),
    "a missed softmax of a category": ("vae of a table", missed("Softmax")),
}


@pytest.mark.parametrize("name", FAULTS)
def test_the_claim_above_rejects_a_planted_fault(name):
    of, plant = FAULTS[name]
    square = gan.GAN(3, 3, hidden=(3, 3))  # whose matrix fits either way
    model = shaken(square if "matrix" in name else MODELS[of]())
    if of == "gan of units":
        model.G.layers[-1].before = 0.5
    proto = onnx_model(model)
    inputs = inputs_of(model, 7)
    wanted = expected(model, inputs)
    assert error(by_evaluator(proto, inputs), wanted) <= ROUNDING
    plant(proto)
    assert error(by_evaluator(proto, inputs), wanted) > 100 * ROUNDING


@pytest.mark.parametrize("kind", [nn.ReLU, nn.BatchNorm, nn.Sequential])
def test_a_graph_that_would_compute_other_numbers_is_refused(kind, monkeypatch):
    model = shaken(MODELS["conv gan"]())
    write = onnx_layers.LAYERS[kind]
    wrong = lambda g, module, x, name: g.add("Mul", write(g, module, x, name), g.constant(f"{name}.1", 1.01))
    monkeypatch.setitem(onnx_layers.LAYERS, kind, wrong)
    with pytest.raises(BadInput, match="do not compute its samples"):
        onnx_model(model)


def test_a_class_that_computes_in_its_own_way_is_refused_and_a_pair_of_layers_is_not():
    class Doubled(Layers):
        def generate(self, n, rng=None):
            return 2 * super().generate(n, rng)

    class Named(Layers):
        pass

    with pytest.raises(BadInput, match="a Doubled alone do not compute its samples"):
        onnx_model(Doubled().eval())
    assert onnx_model(Named().eval())


REFUSED = {
    "a language model": lambda: rnn.LanguageModel(CharacterTokenizer("abc"), 4, 3),
    "a translator": lambda: rnn.Translator(CharacterTokenizer("abc"), CharacterTokenizer("de"), 4, 3),
    "a model of frames": lambda: rnn.FrameModel(5, 4, nade=3),
    "a VQ-VAE": lambda: vae.VQVAE((8, 8), 4, 2, [2, 3], 5),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_model_without_a_decoder_of_z_is_refused_by_name(name):
    model = REFUSED[name]().eval()
    with pytest.raises(BadInput, match=f"a {type(model).__name__} is not exported to ONNX") as refused:
        onnx_model(model)
    assert "\n" not in str(refused.value) and "--to torch" in str(refused.value)


def test_a_layer_and_a_likelihood_without_operators_are_refused_by_name():
    pair = Layers().eval()
    pair.G[7] = nn.GroupNorm(1, 3)
    with pytest.raises(
        BadInput, match=r"G\.7 is a GroupNorm, which is not exported to ONNX; there are BatchNorm"
    ):
        onnx_model(pair)

    class UnitNormal(nn.Module):
        outputs = 1

        def forward(self, output):
            return sg.distributions.Normal(output, np.zeros(output.shape, output.dtype))

    with pytest.raises(BadInput, match="a likelihood of the class UnitNormal is not exported"):
        onnx_model(vae.VAE(6, 2, 4, likelihood=UnitNormal()))


# --- what a run knows of its data --------------------------------------------------------------------------


def test_images_of_a_run_have_their_shape_and_labels_their_names():
    info = RowInfo(
        kind="images", image_shape=(2, 5, 2), data_dim=20, classes=4, class_names=("a", "b", "c", "d")
    )
    model = shaken(MODELS["conditional vae"]())
    proto, inputs = onnx_model(model, info), inputs_of(model, 6)
    x = by_evaluator(proto, inputs)
    assert np.array_equal(x.reshape(6, 20), by_evaluator(onnx_model(model), inputs))
    assert x.shape == (6, 2, 5, 2)
    facts = {fact.key: json.loads(fact.value) for fact in proto.metadata_props}
    assert facts["classes"] == ["a", "b", "c", "d"] and facts["model"]["class"] == "ConditionalVAE"
    frames = RowInfo(kind="frames", image_shape=(1, 20, 1), data_dim=20, classes=4)
    assert by_evaluator(onnx_model(model, frames), inputs).shape == (6, 20)


def test_a_row_of_a_table_is_in_the_units_of_its_columns():
    names, units = (
        ("height", "income", "colour", "age", "member"),
        ((170.0, 9.5), (2e6, 8e5), None, (40.0, 1), None),
    )
    columns = tuple(
        Column(name, *(unit or ()), categories=tuple("abc"[:width]) if width > 1 else ())
        for name, unit, width in zip(names, units, TABLE, strict=True)
    )
    info = DataInfo(kind="table", image_shape=(1, 8, 1), data_dim=8, columns=columns)
    model = shaken(MODELS["vae of a table"]())
    proto, inputs = onnx_model(model, info), inputs_of(model, 6)
    x, row = by_evaluator(proto, inputs), expected(model, inputs)
    numbers, (shift, scale) = [0, 1, 5], np.array([unit for unit in units if unit]).T
    np.testing.assert_allclose(x[:, numbers], shift + scale * row[:, numbers], rtol=1e-5)
    for category in (slice(2, 5), slice(6, 8)):
        np.testing.assert_allclose(x[:, category], row[:, category], rtol=1e-5)
        np.testing.assert_allclose(x[:, category].sum(axis=1), 1, rtol=1e-5)
    facts = {fact.key: json.loads(fact.value) for fact in proto.metadata_props}
    assert list(facts["columns"]) == list(names) and facts["columns"]["colour"] == ["a", "b", "c"]


def test_a_positive_number_is_the_exponential_of_its_logarithm_and_a_count_is_its_mean():
    columns = tuple(
        Column(kind, shift, scale, categories=tuple("abc"[: width * (width > 1)]), kind=kind)
        for width, kind, shift, scale in zip(*KINDS, strict=True)
    )
    info = DataInfo(kind="table", image_shape=(1, 6, 1), data_dim=6, columns=columns)
    model = shaken(MODELS["vae of kinds"]())
    inputs = inputs_of(model, 6)
    x, row = by_evaluator(onnx_model(model, info), inputs), expected(model, inputs)
    np.testing.assert_allclose(x[:, 0], 2 + 3 * row[:, 0], rtol=1e-5)
    np.testing.assert_allclose(x[:, 1], np.exp(0.5 + 0.7 * row[:, 1]), rtol=1e-5)
    np.testing.assert_allclose(x[:, 2:], row[:, 2:], rtol=1e-5)
    assert not np.allclose(x[:, 1], np.exp(row[:, 1]), rtol=1e-2)


def test_a_table_whose_numbers_become_others_than_the_graph_says_is_refused(monkeypatch):
    """Such as a column that is read as its logarithm: the way back is `as_table`."""
    columns = tuple(Column(f"{i}", 1.5, 2.0) for i in range(3))
    info = DataInfo(kind="table", image_shape=(1, 3, 1), data_dim=3, columns=columns)
    model = shaken(vae.VAE(3, 2, 4, likelihood=vae.columns.ColumnLikelihood((1, 1, 1))))
    assert onnx_model(model, info)
    as_table = onnx_graph.as_table
    monkeypatch.setattr(onnx_graph, "as_table", lambda *a: {n: np.exp(x) for n, x in as_table(*a).items()})
    with pytest.raises(BadInput, match="do not compute its samples"):
        onnx_model(model, info)


def test_a_class_that_there_is_not_is_an_error_of_the_runtime():
    model = shaken(MODELS["conditional vae"]())
    with pytest.raises(IndexError):
        by_evaluator(onnx_model(model), {"z": np.zeros((1, 3), np.float32), "labels": np.array([4])})


def test_without_the_package_one_line_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(NotInstalled, match=r'pip install "scratchgen-numpy\[onnx\]"'):
        onnx_model(MODELS["vae"]())
