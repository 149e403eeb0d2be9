"""`export` writes weights, or graphs, that other libraries compute the same numbers with."""

import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import safetensors.numpy
from safetensors import safe_open

import scratchgen as sg
from scratchgen import gan, nn, rnn, vae
from scratchgen.autograd import no_grad
from scratchgen.data.tokenizers.characters import CharacterTokenizer
from scratchgen.random import Generator
from scratchgen.tasks.torch_layout import torch_state

PAGE = Path(__file__).parents[3] / "tutorials" / "export.md"
RNG = np.random.default_rng(0)


def loader(library):
    """The lines of the page that load a VAE with a library, which they import last."""
    code = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.M | re.S)
    (found,) = [text for text in code if re.search(rf"^import {library}\n(from .*\n)?\n", text, re.M)]
    return found


def shaken(model):
    """The model with every array moved, so that no bias is 0 and no scale 1, in evaluation mode."""
    rng = np.random.default_rng(1)
    for tensor in dict(model._named_state()).values():
        tensor.data[...] += 0.3 * rng.random(tensor.shape).astype(np.float32)
    return model.eval()


def vaes():
    small = dict(data_dim=20, latent_dim=3, rng=Generator(0))
    return [vae.VAE(hidden=7, **small), vae.VAE(hidden=[9, 6, 4], **small)]


def expected(model, x, z):
    with no_grad():
        q = model.encode(x)
        return q.mu.numpy(), np.asarray(q.sigma), model.decode(z).mean.numpy()


def export(command, model, folder, to, suffix):
    sg.save(model, folder / "model.safetensors")
    done = command("export", "model.safetensors", "--to", to, "--out", f"vae{suffix}")
    assert done.returncode == 0, done.stderr
    return done


@pytest.mark.parametrize("i", [0, 1])
def test_the_numpy_loader_of_the_page_computes_the_numbers_of_the_model(i, scratchgen_in, tmp_path):
    model = shaken(vaes()[i])
    export(scratchgen_in(tmp_path), model, tmp_path, "npz", ".npz")
    names = {}
    exec(compile(loader("numpy as np"), str(PAGE), "exec"), names)
    x, z = RNG.random((5, 20), np.float32), RNG.standard_normal((5, 3)).astype(np.float32)
    found = (*names["encode"](x), names["decode"](z))
    for ours, theirs in zip(expected(model, x, z), found, strict=True):
        np.testing.assert_allclose(theirs, ours, atol=1e-6, rtol=1e-5)


@pytest.mark.parametrize("i", [0, 1])
def test_the_pytorch_loader_of_the_page_computes_the_numbers_of_the_model(i, scratchgen_in, tmp_path):
    torch = pytest.importorskip("torch")
    model = shaken(vaes()[i])
    export(scratchgen_in(tmp_path), model, tmp_path, "torch", ".safetensors")
    names = {}
    exec(compile(loader("torch"), str(PAGE), "exec"), names)
    x, z = RNG.random((5, 20), np.float32), RNG.standard_normal((5, 3)).astype(np.float32)
    with torch.no_grad():
        found = (*names["encode"](torch.from_numpy(x)), names["decode"](torch.from_numpy(z)))
    for ours, theirs in zip(expected(model, x, z), found, strict=True):
        np.testing.assert_allclose(theirs.numpy(), ours, atol=1e-6, rtol=1e-5)


@pytest.mark.parametrize("library", ["numpy as np", "torch", "onnxruntime"])
def test_the_loaders_are_short(library):
    assert len([line for line in loader(library).splitlines() if line.strip()]) <= 20


# --- every layer in the layout of PyTorch: the oracle is PyTorch itself, and NumPy where it is not installed --


def test_a_linear_layer_and_its_siblings_by_their_equations():
    x = RNG.standard_normal((4, 6)).astype(np.float32)
    linear = shaken(nn.Linear(6, 3))
    state = torch_state(linear)
    assert set(state) == {"weight", "bias"}
    np.testing.assert_allclose(x @ state["weight"].T + state["bias"], linear(x).numpy(), rtol=1e-5)
    assert all(w.flags["C_CONTIGUOUS"] for w in state.values())
    spectral = nn.SpectralNorm(nn.Linear(6, 3), Generator(0)).eval()
    state = torch_state(spectral)
    assert set(state) == {"weight", "bias"}
    np.testing.assert_allclose(x @ state["weight"].T + state["bias"], spectral(x).numpy(), atol=1e-5)
    assert np.linalg.norm(state["weight"], 2) == pytest.approx(1, abs=1e-3)


def test_the_gates_of_a_gru_and_of_an_lstm_by_their_equations():
    """PyTorch's documentation, written out for one step."""
    x, h = (RNG.standard_normal((2, n)).astype(np.float32) for n in (3, 4))
    sigmoid = lambda a: 1 / (1 + np.exp(-a))
    gru = shaken(nn.GRU(3, 4, Generator(0)))
    s = torch_state(gru)
    a, m = x @ s["weight_ih_l0"].T + s["bias_ih_l0"], h @ s["weight_hh_l0"].T + s["bias_hh_l0"]
    (r, z, n), (m_r, m_z, m_n) = np.split(a, 3, axis=1), np.split(m, 3, axis=1)
    r, z = sigmoid(r + m_r), sigmoid(z + m_z)
    expected = (1 - z) * np.tanh(n + r * m_n) + z * h
    np.testing.assert_allclose(gru(x[None], h[None, None])[0].numpy()[0], expected, atol=1e-5)
    lstm, c = shaken(nn.LSTM(3, 4, Generator(0))), RNG.standard_normal((2, 4)).astype(np.float32)
    s = torch_state(lstm)
    a = x @ s["weight_ih_l0"].T + s["bias_ih_l0"] + h @ s["weight_hh_l0"].T + s["bias_hh_l0"]
    i, f, g, o = np.split(a, 4, axis=1)
    expected = sigmoid(o) * np.tanh(sigmoid(f) * c + sigmoid(i) * np.tanh(g))
    np.testing.assert_allclose(lstm(x[None], np.stack([h, c])[None])[0].numpy()[0], expected, atol=1e-5)


def test_the_claims_above_reject_a_matrix_that_is_not_transposed_and_gates_in_another_order():
    x, h = (RNG.standard_normal((2, 4)).astype(np.float32) for _ in range(2))
    linear = shaken(nn.Linear(4, 4))
    s = torch_state(linear)
    assert not np.allclose(x @ s["weight"] + s["bias"], linear(x).numpy(), atol=1e-2)
    s = torch_state(shaken(nn.GRU(4, 4, Generator(0))))
    r, z, _ = np.split(x @ s["weight_ih_l0"].T + h @ s["weight_hh_l0"].T, 3, axis=1)
    assert not np.allclose(r, z, atol=1e-2)


RECURRENT = [
    (kind, layers, two) for kind in ("RNN", "LSTM", "GRU") for layers in (1, 3) for two in (False, True)
]


@pytest.mark.parametrize(("kind", "layers", "two"), RECURRENT)
def test_a_recurrent_network_of_pytorch_computes_the_same_states(kind, layers, two):
    torch = pytest.importorskip("torch")
    ours = shaken(getattr(nn, kind)(3, 4, Generator(0), layers=layers, bidirectional=two))
    theirs = getattr(torch.nn, kind)(3, 4, layers, bidirectional=two)
    theirs.load_state_dict({name: torch.from_numpy(w) for name, w in torch_state(ours).items()})
    x = RNG.standard_normal((6, 2, 3)).astype(np.float32)
    with torch.no_grad():
        found = theirs(torch.from_numpy(x))[0].numpy()
    np.testing.assert_allclose(found, ours(x)[0].numpy(), atol=2e-6)


def layers_of(torch):
    nchw = lambda x: torch.from_numpy(np.ascontiguousarray(np.moveaxis(x, -1, 1)))
    flat = torch.from_numpy
    images = RNG.standard_normal((2, 6, 4, 3)).astype(np.float32)
    rows = RNG.standard_normal((5, 3)).astype(np.float32)
    spectral = nn.SpectralNorm(nn.Conv2d(3, 5, 3, Generator(0)), Generator(1))
    return {
        "linear": (nn.Linear(3, 4), torch.nn.Linear(3, 4), rows, flat),
        "convolution": (
            nn.Conv2d(3, 5, 4, stride=2, padding=1),
            torch.nn.Conv2d(3, 5, 4, stride=2, padding=1),
            images,
            nchw,
        ),
        "transposed convolution": (
            nn.ConvTranspose2d(3, 5, 4, stride=2, padding=1),
            torch.nn.ConvTranspose2d(3, 5, 4, stride=2, padding=1),
            images,
            nchw,
        ),
        "batch norm": (nn.BatchNorm(3), torch.nn.BatchNorm2d(3), images, nchw),
        "layer norm": (nn.LayerNorm(3), torch.nn.LayerNorm(3), rows, flat),
        "layer norm of images": (nn.LayerNorm((6, 4, 3)), torch.nn.LayerNorm((3, 6, 4)), images, nchw),
        "spectral norm": (spectral, torch.nn.Conv2d(3, 5, 3), images, nchw),
    }


LAYERS = ["linear", "convolution", "transposed convolution", "batch norm", "layer norm", "layer norm of images",
          "spectral norm"]  # fmt: skip


@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_of_pytorch_computes_the_same_numbers(name):
    torch = pytest.importorskip("torch")
    ours, theirs, x, as_torch = layers_of(torch)[name]
    if name != "spectral norm":  # whose u belongs to its W
        ours = shaken(ours)
    missing, unexpected = theirs.eval().load_state_dict(
        {key: torch.from_numpy(w) for key, w in torch_state(ours.eval()).items()}, strict=False
    )
    assert not unexpected and set(missing) <= {"num_batches_tracked"}
    with torch.no_grad():
        found = theirs(as_torch(x)).numpy()
    np.testing.assert_allclose(np.moveaxis(found, 1, -1), ours(x).numpy(), atol=1e-5)


def test_a_convolutional_vae_in_pytorch():
    """The rule of the page for images: channels last between a convolution and a linear layer."""
    torch = pytest.importorskip("torch")
    model = shaken(vae.ConvVAE((8, 12), 3, 7, [4, 6], Generator(0)))
    w = {name: torch.from_numpy(array) for name, array in torch_state(model).items()}
    f, x = torch.nn.functional, RNG.random((2, 96), np.float32)
    z = RNG.standard_normal((2, 3)).astype(np.float32)
    mu, _, mean = expected(model, x, z)
    linear = lambda x, name: f.linear(x, w[f"{name}.weight"], w[f"{name}.bias"])
    with torch.no_grad():
        h = torch.from_numpy(x).reshape(2, 1, 8, 12)
        for i in (0, 2):
            name = f"encoder.convolutions.{i}"
            h = torch.relu(f.conv2d(h, w[f"{name}.weight"], w[f"{name}.bias"], 2, 1))
        h = torch.relu(linear(h.permute(0, 2, 3, 1).flatten(1), "encoder.to_features.0"))
        np.testing.assert_allclose(linear(h, "to_mu").numpy(), mu, atol=1e-5)
        h = torch.relu(linear(torch.from_numpy(z), "decoder.from_latent.0"))
        h = torch.relu(linear(h, "decoder.from_latent.2")).reshape(2, 2, 3, 6).permute(0, 3, 1, 2)
        name = "decoder.convolutions.0"
        h = torch.relu(f.conv_transpose2d(h, w[f"{name}.weight"], w[f"{name}.bias"], 2, 1))
        y = f.conv_transpose2d(h, w["decoder.weight"], None, 2, 1) + w["decoder.b"].reshape(1, 1, 8, 12)
    np.testing.assert_allclose(torch.sigmoid(y).flatten(1).numpy(), mean, atol=1e-5)


MODELS = {
    "vae": lambda: vae.VAE(6, 2, 4),
    "conditional vae": lambda: vae.ConditionalVAE(6, 2, 4, 3),
    "gaussian vae": lambda: vae.VAE(6, 2, 4, likelihood="gaussian"),
    "linear vae": lambda: vae.LinearVAE(6, 2),
    "conv vae": lambda: vae.ConvVAE((8, 8), 2, 4, [2, 3]),
    "vq": lambda: vae.VQVAE((8, 8), 4, 2, [2, 3], 5),
    "gan": lambda: gan.GAN(6, 2),
    "conv gan": lambda: gan.ConvGAN((8, 8), 2, [2, 3], norm="spectral"),
    "text": lambda: rnn.LanguageModel(CharacterTokenizer("abc"), 4, 3, cell="gru", layers=2),
    "tied text": lambda: rnn.LanguageModel(CharacterTokenizer("abc"), 4, 4, tie_embeddings=True),
    "translation": lambda: rnn.Translator(CharacterTokenizer("abc"), CharacterTokenizer("de"), 4, 3),
    "music": lambda: rnn.FrameModel(5, 4, nade=3),
    "sound": lambda: rnn.FrameModel(5, 4, mixture_components=2),
}


@pytest.mark.parametrize("name", MODELS)
def test_every_model_is_written_with_all_its_numbers_and_how_it_is_built(name, scratchgen_in, tmp_path):
    model = shaken(MODELS[name]())
    command, state = scratchgen_in(tmp_path), model.state_dict()
    sg.save(model, tmp_path / "model.safetensors")
    for to, out in (("npz", "x.npz"), ("torch", "x.safetensors")):
        assert command("export", "model.safetensors", "--to", to, "--out", out).returncode == 0
    with np.load(tmp_path / "x.npz", allow_pickle=False) as found:
        described = json.loads(str(found["model"]))
        assert set(found.files) == {*state, "model"}
        assert all(np.array_equal(found[key], array) for key, array in state.items())
    again = nn.saving.build(described)
    assert type(again) is type(model) and again.state_dict().keys() == state.keys()
    with safe_open(tmp_path / "x.safetensors", "numpy") as file:
        assert json.loads(file.metadata()["model"]) == described
    theirs = safetensors.numpy.load_file(tmp_path / "x.safetensors")
    left = lambda arrays: sorted(np.sort(np.concatenate([a.ravel() for a in arrays.values()])))
    if "gan" not in name or name == "gan":  # whose weights are divided by sigma
        assert set(np.float32(left(theirs))) >= set(np.float32(left(state)))
    if name == "vae":
        layers = ("encoder.0", "to_mu", "to_logvar", "decoder.0", "decoder.2")
        assert theirs.keys() == {f"{layer}.{part}" for layer in layers for part in ("weight", "bias")}


@pytest.mark.parametrize("name", ["translation", "conv gan", "vq", "sound"])
def test_a_process_that_has_imported_nothing_yet_knows_every_model(name, tmp_path):
    sg.save(MODELS[name](), tmp_path / "model.safetensors")
    words = ("export", "model.safetensors", "--to", "npz", "--out", "x.npz")
    done = subprocess.run(
        [sys.executable, "-m", "scratchgen", *words], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", ["mlp", "vq", "gan", "rnn"])
def test_runs_are_exported(name, runs, scratchgen_in, tmp_path):
    folder = runs(name)
    done = scratchgen_in(folder)("export", name, "--to", "torch", "--out", tmp_path / "x.safetensors")
    assert done.returncode == 0 and "numbers: " in done.stdout
    assert safetensors.numpy.load_file(tmp_path / "x.safetensors")


REFUSED = {
    "no target": (("mlp", "--out", "x.npz"), "give --to npz or --to torch"),
    "another target": (("mlp", "--to", "jax", "--out", "x.npz"), "--to onnx, not jax"),
    "no file": (("mlp", "--to", "npz"), "--to npz writes a .npz file: give --out FILE.npz"),
    "no file of a graph": (("mlp", "--to", "onnx"), "--to onnx writes a .onnx file: give --out FILE.onnx"),
    "another ending": (("mlp", "--to", "torch", "--out", "x.pt"), "give --out FILE.safetensors, not x.pt"),
    "no run": (("gone", "--to", "npz", "--out", "x.npz"), "gone is missing"),
    "below a file": (("mlp", "--to", "npz", "--out", "mine.txt/x.npz"), "mine.txt is a file, not a folder"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_exported_is_refused_in_one_line_and_leaves_no_file(case, runs, scratchgen_in):
    words, message = REFUSED[case]
    folder = runs("mlp")
    before = sorted(path.name for path in folder.iterdir())
    done = scratchgen_in(folder)("export", *words)
    assert done.returncode == 2 and message in done.stderr and done.stderr.count("\n") == 1
    assert sorted(path.name for path in folder.iterdir()) == before


# --- as an ONNX graph: tests/scratchgen/tasks/test_onnx_graph.py has every model ----------------------------


class Session:
    """The part of `onnxruntime.InferenceSession` that the page uses, by the evaluator of the package onnx."""

    def __init__(self, path):
        import onnx
        from onnx.reference import ReferenceEvaluator

        self.proto = onnx.load(path)
        self.run = ReferenceEvaluator(self.proto).run

    def get_inputs(self):
        shape = lambda value: [d.dim_param or d.dim_value for d in value.type.tensor_type.shape.dim]
        return [SimpleNamespace(name=value.name, shape=shape(value)) for value in self.proto.graph.input]


@pytest.mark.parametrize("name", ["mlp", "conditional", "conv", "linear", "gan", "points"])
def test_the_loader_of_the_page_computes_the_samples_of_a_run(
    name, runs, scratchgen_in, tmp_path, monkeypatch
):
    pytest.importorskip("onnx")
    if not importlib.util.find_spec("onnxruntime"):
        monkeypatch.setitem(sys.modules, "onnxruntime", SimpleNamespace(InferenceSession=Session))
    folder = runs(name)
    done = scratchgen_in(folder)("export", name, "--to", "onnx", "--out", tmp_path / "decoder.onnx")
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(rf"\d+ operators, z{', labels' * (name == 'conditional')} → x: .*onnx\n", done.stdout)
    monkeypatch.chdir(tmp_path)
    names = {}
    exec(compile(loader("onnxruntime"), str(PAGE), "exec"), names)
    model, inputs = sg.load(folder / name), names["inputs"]
    given = model.given(inputs.get("labels"))
    with no_grad():
        if name == "gan":
            wanted = model.G(inputs["z"]).numpy()
        else:
            wanted = np.asarray(given.decode(inputs["z"]).mean)
    assert len(names["x"]) == 16 and names["x"].shape[1:] == ((2,) if name == "points" else (8, 8, 1))
    np.testing.assert_allclose(names["x"].reshape(16, -1), wanted, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(("name", "what"), [("rnn", "LanguageModel"), ("vq", "VQVAE")])
def test_a_run_without_a_decoder_of_z_is_not_written_as_a_graph(name, what, runs, scratchgen_in, tmp_path):
    pytest.importorskip("onnx")
    done = scratchgen_in(runs(name))("export", name, "--to", "onnx", "--out", tmp_path / "x.onnx")
    assert done.returncode == 2 and f"a {what} is not exported to ONNX" in done.stderr
    assert done.stderr.count("\n") == 1 and not (tmp_path / "x.onnx").exists()


def test_without_the_package_onnx_one_line_says_how_to_install_it(runs, scratchgen_in, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnx", None)
    done = scratchgen_in(runs("mlp"))("export", "mlp", "--to", "onnx", "--out", tmp_path / "x.onnx")
    assert done.returncode == 2 and 'pip install "scratchgen-numpy[onnx]"' in done.stderr
    assert done.stderr.count("\n") == 1 and not (tmp_path / "x.onnx").exists()
    assert (
        scratchgen_in(runs("mlp"))("export", "mlp", "--to", "npz", "--out", tmp_path / "x.npz").returncode
        == 0
    )
