"""The weights of a model under the names and in the layout of PyTorch's layers.

    ours                                       PyTorch's
    Linear            W (in, out), b           weight (out, in), bias
    Embedding         W (V, D)                 weight (V, D)
    Conv2d            W (k, k, in, out), b     weight (out, in, k, k), bias
    ConvTranspose2d   W (k, k, out, in), b     weight (in, out, k, k), bias
    BatchNorm         gamma, beta, mean,       weight, bias, running_mean,
                      variance                 running_var
    LayerNorm         gamma, beta              weight, bias; of images (C, H, W)
    SpectralNorm      layer.W, layer.b, u      weight = W / sigma, bias
    RNN, LSTM, GRU    layers.l.W_xh (D, GH),   weight_ih_ll (GH, D),
                      W_hh, b_h, b_x           weight_hh_ll, bias_ih_ll, bias_hh_ll

Gates have the same order in both: i, f, g, o of an LSTM, and r, z, n of a GRU, whose reset gate acts after the
product. A tanh layer and an LSTM have one bias, bias_ih; bias_hh is 0. A second direction ends in _reverse.
Every other array keeps its name and its layout: a codebook, W_hy (hidden, V), logvar.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from scratchgen.autograd import no_grad
from scratchgen.nn import (
    BatchNorm,
    Conv2d,
    ConvTranspose2d,
    Embedding,
    LayerNorm,
    Linear,
    Module,
    SpectralNorm,
)
from scratchgen.nn.recurrent import Recurrent
from scratchgen.vae.convolutional import ConvDecoder

Arrays = dict[str, np.ndarray]


def torch_state(model: Module) -> Arrays:
    """Every array of a model by its name in PyTorch, contiguous and in its own dtype."""
    left, found = model.state_dict(), Arrays()
    for name, module in model.named_modules():
        convert = next((f for kind, f in LAYOUTS.items() if type(module) is kind), None)
        convert = _recurrent if isinstance(module, Recurrent) else convert
        if convert is None:
            continue
        prefix = f"{name}." if name else ""
        own = {key.removeprefix(prefix): left[key] for key in list(left) if key.startswith(prefix)}
        if not own:
            continue  # its arrays belong to a module that has been converted
        taken, arrays = convert(module, own)
        for key in taken:
            del left[prefix + key]
        found |= {prefix + key: array for key, array in arrays.items()}
    return {name: np.ascontiguousarray(array) for name, array in {**left, **found}.items()}


def _linear(module: Any, own: Arrays) -> tuple[set[str], Arrays]:
    return {"W", "b"}, {"weight": own["W"].T, "bias": own["b"]}


def _embedding(module: Any, own: Arrays) -> tuple[set[str], Arrays]:
    return {"W"}, {"weight": own["W"]}


def _convolution(module: Any, own: Arrays) -> tuple[set[str], Arrays]:
    return {"W", "b"}, {"weight": own["W"].transpose(3, 2, 0, 1), "bias": own["b"]}


def _conv_decoder(module: Any, own: Arrays) -> tuple[set[str], Arrays]:
    """The last convolution of the decoder, whose bias has one number per pixel and keeps its name."""
    return {"W"}, {"weight": own["W"].transpose(3, 2, 0, 1)}


def _batch_norm(module: Any, own: Arrays) -> tuple[set[str], Arrays]:
    names = {"gamma": "weight", "beta": "bias", "mean": "running_mean", "variance": "running_var"}
    return set(names), {theirs: own[ours] for ours, theirs in names.items()}


def _layer_norm(module: Any, own: Arrays) -> tuple[set[str], Arrays]:
    first = lambda x: np.moveaxis(x, -1, 0) if x.ndim == 3 else x  # channels
    return {"gamma", "beta"}, {"weight": first(own["gamma"]), "bias": first(own["beta"])}


def _spectral_norm(module: Any, own: Arrays) -> tuple[set[str], Arrays]:
    with no_grad():
        W = own["layer.W"] / module.sigma().numpy()
    convert = _linear if isinstance(module.layer, Linear) else _convolution
    return {"u", "layer.W", "layer.b"}, convert(module.layer, {"W": W, "b": own["layer.b"]})[1]


def _recurrent(module: Any, own: Arrays) -> tuple[set[str], Arrays]:
    taken, found = set(), Arrays()
    for i in range(len(module.layers)):
        prefix = f"layers.{i}."
        suffix = f"l{i // module.directions}" + ("_reverse" if i % module.directions else "")
        W_xh, W_hh, b_h = (own[prefix + name] for name in ("W_xh", "W_hh", "b_h"))
        b_x = own.get(f"{prefix}b_x")
        found |= {f"weight_ih_{suffix}": W_xh.T, f"weight_hh_{suffix}": W_hh.T}
        found[f"bias_ih_{suffix}"] = b_h if b_x is None else b_x
        found[f"bias_hh_{suffix}"] = np.zeros_like(b_h) if b_x is None else b_h
        taken |= {prefix + name for name in ("W_xh", "W_hh", "b_h", "b_x") if prefix + name in own}
    return taken, found


LAYOUTS: dict[type[Module], Callable[[Any, Arrays], tuple[set[str], Arrays]]] = {
    Linear: _linear,
    Embedding: _embedding,
    Conv2d: _convolution,
    ConvTranspose2d: _convolution,
    ConvDecoder: _conv_decoder,
    BatchNorm: _batch_norm,
    LayerNorm: _layer_norm,
    SpectralNorm: _spectral_norm,
}
