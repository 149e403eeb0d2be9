"""Diagrams of networks: shapes and counts found by a run, compared with the networks' own definitions."""

import numpy as np
import pytest

from scratchgen import BadInput, functional, gan, nn, plots, rnn, vae
from scratchgen.data.tokenizers import CharacterTokenizer
from scratchgen.plots.module_calls import record_calls
from scratchgen.random import Generator

RNG = Generator(0)
IMAGES = np.random.default_rng(0).random((5, 64)).astype(np.float32)
Z = np.zeros((5, 3), np.float32)
SEQUENCES = np.zeros((7, 5, 4), np.float32)
IDS = np.zeros((7, 5), np.int64)

DENSE = vae.VAE(64, 3, 16, Generator(0))
CONV = vae.ConvVAE((8, 8), 3, 16, (4, 6), Generator(0))
PAIR = gan.GAN(64, 3, Generator(0), hidden=(16,), norm="spectral", bounded=False, scale=2.0)
CONV_PAIR = gan.ConvGAN((8, 8), 3, (4, 6), Generator(0), hidden=16)
TEXT = rnn.LanguageModel(CharacterTokenizer("abc"), 6, 4, Generator(0), cell="lstm", layers=2)
NETWORKS = {  # function, inputs, the modules whose parameters it reads
    "encoder": (DENSE.encode, (IMAGES,), [DENSE.encoder, DENSE.to_mu, DENSE.to_logvar]),
    "decoder": (DENSE.decode, (Z,), [DENSE.decoder]),
    "convolutional encoder": (CONV.encode, (IMAGES,), [CONV.encoder, CONV.to_mu, CONV.to_logvar]),
    "convolutional decoder": (CONV.decode, (Z,), [CONV.decoder]),
    "G": (PAIR.G, (Z,), [PAIR.G]),
    "D": (PAIR.D, (IMAGES,), [PAIR.D]),
    "convolutional G": (CONV_PAIR.G, (Z,), [CONV_PAIR.G]),
    "convolutional D": (CONV_PAIR.D, (IMAGES,), [CONV_PAIR.D]),
    "RNN": (nn.RNN(4, 6, RNG), (SEQUENCES,), None),
    "LSTM": (nn.LSTM(4, 6, RNG, layers=2), (SEQUENCES,), None),
    "GRU, two directions": (nn.GRU(4, 6, RNG, bidirectional=True), (SEQUENCES,), None),
    "language model": (TEXT, (IDS,), [TEXT]),
}


def size(parts):
    return sum({id(p): p.size for part in parts for p in part.parameters}.values())


@pytest.mark.parametrize("name", NETWORKS)
def test_every_parameter_that_the_network_reads_is_counted_once_and_arrows_point_forwards(name):
    function, inputs, modules = NETWORKS[name]
    parts = record_calls(function, *inputs)
    wanted = {id(p): p.size for m in modules or [function] for p in m.parameters()}
    assert size(parts) == sum(wanted.values())
    assert parts[0].kind == "input" and parts[-1].kind == "output"
    for number, part in enumerate(parts):
        assert all(source < number for source in part.reads)
        assert part.reads or part.kind == "input"
    read = {source for part in parts for source in part.reads}
    assert read == {k for k, part in enumerate(parts) if part.kind != "output"}  # nothing is computed in vain


def test_the_claim_above_rejects_a_network_with_a_layer_that_is_never_called():
    class Idle(nn.Module):
        def __init__(self):
            self.used, self.idle = nn.Linear(3, 2, RNG), nn.Linear(3, 2, RNG)

        def forward(self, x):
            return self.used(x)

    model = Idle()
    parts = record_calls(model, Z)
    assert size(parts) == 8 != sum(p.size for p in model.parameters())
    assert [part.name for part in parts if part.kind == "module"] == ["used"]


def test_shapes_and_arrows_are_those_of_the_dense_encoder():
    x, linear, relu, to_mu, to_logvar, mu, logvar = record_calls(DENSE.encode, IMAGES)
    assert (x.name, x.shape) == ("x", (5, 64))
    assert (linear.type, linear.shape_in, linear.shape, linear.reads) == ("Linear", (5, 64), (5, 16), [0])
    assert (relu.type, relu.reads, relu.parameters) == ("ReLU", [1], [])
    assert (to_mu.name, to_mu.reads, to_logvar.name, to_logvar.reads) == ("to_mu", [2], "to_logvar", [2])
    assert (mu.name, mu.reads, mu.shape) == ("mu", [3], (5, 3))
    assert (logvar.name, logvar.reads) == ("logvar", [4])


def test_shapes_follow_the_example_and_not_the_declaration():
    """The claim above would hold of a diagram that reads the widths of W; this one would not."""
    parts = record_calls(nn.Linear(3, 2, RNG), np.zeros((7, 4, 3), np.float32))
    assert (parts[1].shape_in, parts[1].shape) == ((7, 4, 3), (7, 4, 2))


def test_a_skip_connection_has_two_arrows_and_a_model_s_own_parameters_are_a_box():
    class Residual(nn.Module):
        def __init__(self):
            self.first, self.second = nn.Linear(3, 3, RNG), nn.Linear(3, 3, RNG)
            self.gain = nn.Parameter(np.ones(3, np.float32))

        def forward(self, x):
            h = self.first(x)
            return self.gain * functional.relu(h + self.second(h))

    _, first, second, between, y = record_calls(Residual(), Z)
    assert (first.reads, second.reads, between.reads, y.reads) == ([0], [1], [1, 2], [3])
    assert (between.kind, between.type, size([between])) == ("between", "add, relu, multiply", 3)
    assert between.settings == "gain"


def test_a_parameter_that_is_an_output_is_a_box_without_an_arrow_to_it():
    model = vae.LinearVAE(64, 3, RNG)
    learned = [part for part in record_calls(model.encode, IMAGES) if part.type == "learned"]
    assert [(part.settings, part.reads, part.shape, size([part])) for part in learned] == [
        ("logvar", [], (5, 3), 3)
    ]


def test_a_module_that_is_called_often_is_one_box_and_counts_its_calls():
    class Twice(nn.Module):
        def __init__(self):
            self.layer = nn.Linear(3, 3, RNG)

        def forward(self, x):
            return self.layer(self.layer(x))

    _, layer, y = record_calls(Twice(), Z)
    assert (layer.calls, layer.reads, y.reads) == (2, [0], [1])


def test_a_recurrent_layer_is_marked_and_dropout_that_drops_nothing_is_left_out():
    recurrent = [part.recurrent for part in record_calls(nn.LSTM(4, 6, RNG, layers=2), SEQUENCES)]
    assert recurrent == [False, True, True, False, False]
    dropping = nn.Sequential(nn.Linear(3, 2, RNG), nn.Dropout(0.5), nn.Dropout(0.0))
    assert [part.type for part in record_calls(dropping, Z)][1:-1] == ["Linear", "Dropout"]


@pytest.mark.parametrize("model", [CONV_PAIR.D, PAIR.D], ids=["batch norm", "spectral norm"])
def test_a_diagram_changes_nothing(model):
    model.train()
    before = model.state_dict()
    plots.diagram({"D": (model, IMAGES)})
    assert all(np.array_equal(before[name], array) for name, array in model.state_dict().items())
    assert all(p.grad is None and p.requires_grad for p in model.parameters())
    assert model.training and not any(module._forward_hooks for _, module in model.named_modules())


def test_hooks_are_removed_and_the_error_is_the_network_s_own_when_the_example_does_not_fit():
    layer = nn.Linear(3, 2, RNG)
    with pytest.raises(ValueError, match=r"takes rows of 3 numbers"):
        plots.diagram({"layer": (layer, np.zeros((2, 4), np.float32))})
    assert not layer._forward_hooks


@pytest.mark.parametrize(
    ("columns", "error", "message"),
    [
        ({}, BadInput, "a diagram needs a network"),
        ({"f": (np.tanh, Z)}, TypeError, "a Module or a method of one"),
        ({"f": "z"}, TypeError, "give \\(module, example input\\)"),
        ({"f": ()}, TypeError, "give \\(module, example input\\)"),
        ({"deep": (nn.Sequential(*(nn.ReLU() for _ in range(70))), Z)}, BadInput, "72 boxes are too many"),
    ],
)
def test_what_cannot_be_drawn_is_refused(columns, error, message):
    with pytest.raises(error, match=message):
        plots.diagram(columns)


def texts(plot):
    return [text.get_text() for text in plot.figure.axes[0].texts]


def test_the_picture_shows_shapes_and_numbers_of_parameters_and_texts_between():
    plot = plots.diagram(
        {"encoder": (DENSE.encode, IMAGES), "latent": ("ε", "z = mu + sigma ε"), "decoder": (DENSE.decode, Z)}
    )
    shown = texts(plot)
    assert {"5 × 64 → 5 × 16", "1,040 parameters", "to_mu: Linear", "z = mu + sigma ε", "logits"} <= {*shown}
    assert f"{64 * 16 + 16 + 2 * (16 * 3 + 3):,} parameters" in shown  # of the whole encoder


def test_texts_are_at_least_eight_points_and_a_svg_holds_no_date(tmp_path):
    plot = plots.diagram({"LSTM": (nn.LSTM(4, 6, RNG), SEQUENCES)})
    assert min(text.get_fontsize() for text in plot.figure.axes[0].texts) >= 8
    content = plot.save(tmp_path / "a.svg").read_text(encoding="utf-8")
    assert "<svg" in content and "<dc:date>" not in content
