"""Layers as operators of ONNX, for a graph that computes a decoder or a generator in other runtimes.

    ours                           operators of ONNX
    Linear                         MatMul, Add
    Conv2d, ConvTranspose2d        Transpose to (C, H, W), Conv or ConvTranspose, Transpose back
    BatchNorm                      Mul, Add: by its moving averages, as in evaluation mode
    LayerNorm                      LayerNormalization
    SpectralNorm                   those of its layer, with W / sigma in place of W
    ZeroPad2d                      Slice where a margin is negative, Pad where it is positive
    Upsample                       Resize
    Flatten, Reshape               Reshape
    Dropout, Identity              none

Images are (H, W, C) between the layers, as in the library; a runtime joins the transpositions that cancel.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from scratchgen import nn
from scratchgen.autograd import no_grad
from scratchgen.errors import BadInput
from scratchgen.gan.convolutional import Reshape
from scratchgen.gan.networks import Scale
from scratchgen.nn.convolution import PADDING, STRIDE
from scratchgen.vae.convolutional import ConvDecoder

LAST = np.iinfo(np.int64).max  # the end of a slice that cuts nothing off
BATCH = 0  # in the shape of a Reshape: the length that the axis has


class Graph:
    """The operators and the constants of an ONNX graph, in the order in which they are computed."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.constants: dict[str, np.ndarray] = {}

    def add(self, operator: str, *inputs: str, result: str = "", **attributes: Any) -> str:
        """Append an operator of these values; returns the name of its result, by default one that is not taken."""
        from onnx import helper

        result = result or f"{operator}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, inputs, [result], name=result, **attributes))
        return result

    def constant(self, name: str, value: Any, dtype: type = np.float32) -> str:
        """Hold an array under a name, float32 unless it counts something; returns the name."""
        self.constants[name] = np.asarray(value, dtype)
        return name

    def reshape(self, x: str, name: str, *shape: int) -> str:
        """x in another shape, whose name is that of the layer."""
        return self.add("Reshape", x, self.constant(f"{name}.shape", shape, np.int64))

    def scaled(self, x: str, name: str, scale: Any, shift: Any) -> str:
        """scale · x + shift"""
        product = self.add("Mul", x, self.constant(f"{name}.scale", scale))
        return self.add("Add", product, self.constant(f"{name}.shift", shift))


# --- layers: (graph, layer, name of its input, name of the layer) → name of its output ------------------------


def layer(g: Graph, module: nn.Module, x: str, name: str) -> str:
    """The output of a layer. Raises BadInput for a type of layer that has no operators here."""
    write = LAYERS.get(type(module))
    if write is None:
        known = ", ".join(sorted(kind.__name__ for kind in LAYERS))
        raise BadInput(
            f"{name} is a {type(module).__name__}, which is not exported to ONNX; there are {known}"
        )
    return write(g, module, x, name)


def _sequential(g: Graph, module: Any, x: str, name: str) -> str:
    for i, inner in enumerate(module.layers):
        x = layer(g, inner, x, f"{name}.{i}")
    return x


def _affine(g: Graph, W: Any, b: Any, x: str, name: str) -> str:
    """x W + b"""
    product = g.add("MatMul", x, g.constant(f"{name}.W", W))
    return g.add("Add", product, g.constant(f"{name}.b", b))


def _convolved(
    g: Graph, operator: str, W: Any, x: str, name: str, stride: int, padding: int, b: Any = None
) -> str:
    """Images (B, H, W, C) convolved with a kernel (k, k, C, F), whose axes ONNX has as (F, C, k, k)."""
    kernel = [g.constant(f"{name}.W", np.transpose(W, (3, 2, 0, 1)))]
    bias = [] if b is None else [g.constant(f"{name}.b", b)]
    x = g.add("Transpose", x, perm=[0, 3, 1, 2])
    x = g.add(operator, x, *kernel, *bias, strides=[stride] * 2, pads=[padding] * 4)
    return g.add("Transpose", x, perm=[0, 2, 3, 1])


def _conv2d(g: Graph, module: Any, x: str, name: str) -> str:
    return _convolved(g, "Conv", module.W.data, x, name, module.stride, module.padding, module.b.data)


def _conv_transpose2d(g: Graph, module: Any, x: str, name: str) -> str:
    return _convolved(
        g, "ConvTranspose", module.W.data, x, name, module.stride, module.padding, module.b.data
    )


def _conv_decoder(g: Graph, module: Any, x: str, name: str) -> str:
    """The last convolution has one bias per pixel, which is added after cropping to the size of the image."""
    h = g.reshape(layer(g, module.from_latent, x, f"{name}.from_latent"), name, BATCH, *module.smallest)
    h = layer(g, module.convolutions, h, f"{name}.convolutions")
    y = _convolved(g, "ConvTranspose", module.W.data, h, name, STRIDE, PADDING)
    y = _margins(g, [-margin for margin in module.margins], y, name)
    y = g.add("Add", y, g.constant(f"{name}.b", np.reshape(module.b.data, module.bias_shape)))
    return g.reshape(y, f"{name}.row", BATCH, module.b.size)


def _margins(g: Graph, margins: Sequence[int], x: str, name: str) -> str:
    """Images (B, H, W, C) without the pixels of negative margins, and with zeros for positive ones."""
    left, right, top, bottom = margins
    if min(margins) < 0:
        start = [max(0, -top), max(0, -left)]
        end = [min(0, bottom) or LAST, min(0, right) or LAST]
        ends = [("start", start), ("end", end), ("axes", [1, 2])]
        x = g.add("Slice", x, *(g.constant(f"{name}.{what}", value, np.int64) for what, value in ends))
    if max(margins) > 0:
        around = [0, max(0, top), max(0, left), 0, 0, max(0, bottom), max(0, right), 0]
        x = g.add("Pad", x, g.constant(f"{name}.margins", around, np.int64))
    return x


def _batch_norm(g: Graph, module: Any, x: str, name: str) -> str:
    """gamma (x − m) / √(s² + ε) + beta by the moving averages m and s²: one number per channel, and another added."""
    scale = module.gamma.data / np.sqrt(module.variance.data + module.eps)
    return g.scaled(x, name, scale, module.beta.data - scale * module.mean.data)


def _layer_norm(g: Graph, module: Any, x: str, name: str) -> str:
    gamma, beta = g.constant(f"{name}.gamma", module.gamma.data), g.constant(f"{name}.beta", module.beta.data)
    return g.add("LayerNormalization", x, gamma, beta, axis=-module.gamma.ndim, epsilon=module.eps)


def _spectral_norm(g: Graph, module: Any, x: str, name: str) -> str:
    inner = module.layer
    with no_grad():
        W = inner.W.data / module.sigma().numpy()
    if isinstance(inner, nn.Linear):
        return _affine(g, W, inner.b.data, x, name)
    return _convolved(g, "Conv", W, x, name, inner.stride, inner.padding, inner.b.data)


def _upsample(g: Graph, module: Any, x: str, name: str) -> str:
    scales = g.constant(f"{name}.scales", [1, module.scale, module.scale, 1])
    nearest = {"mode": "nearest", "nearest_mode": "floor", "coordinate_transformation_mode": "asymmetric"}
    return g.add("Resize", x, "", scales, **nearest)


def _gelu(g: Graph, module: Any, x: str, name: str) -> str:
    """½ x (1 + erf(x / √2))"""
    erf = g.add("Erf", g.add("Mul", x, g.constant(f"{name}.slope", 0.5**0.5)))
    return g.add("Mul", x, g.scaled(erf, name, 0.5, 0.5))


def _scale(g: Graph, module: Any, x: str, name: str) -> str:
    """factor · (x − before) + after"""
    before = g.add("Sub", x, g.constant(f"{name}.before", module.before))
    return g.scaled(before, name, module.factor, module.after)


LAYERS: dict[type[nn.Module], Callable[[Graph, Any, str, str], str]] = {
    nn.Sequential: _sequential,
    nn.Linear: lambda g, module, x, name: _affine(g, module.W.data, module.b.data, x, name),
    nn.Conv2d: _conv2d,
    nn.ConvTranspose2d: _conv_transpose2d,
    ConvDecoder: _conv_decoder,
    nn.BatchNorm: _batch_norm,
    nn.LayerNorm: _layer_norm,
    nn.SpectralNorm: _spectral_norm,
    nn.ZeroPad2d: lambda g, module, x, name: _margins(g, module.margins, x, name),
    nn.Upsample: _upsample,
    nn.Flatten: lambda g, module, x, name: g.reshape(x, name, BATCH, -1),
    Reshape: lambda g, module, x, name: g.reshape(x, name, BATCH, *module.shape),
    Scale: _scale,
    nn.Identity: lambda g, module, x, name: x,
    nn.Dropout: lambda g, module, x, name: x,
    nn.ReLU: lambda g, module, x, name: g.add("Relu", x),
    nn.LeakyReLU: lambda g, module, x, name: g.add("LeakyRelu", x, alpha=module.slope),
    nn.ELU: lambda g, module, x, name: g.add("Elu", x, alpha=module.alpha),
    nn.GELU: _gelu,
    nn.SiLU: lambda g, module, x, name: g.add("Mul", x, g.add("Sigmoid", x)),
    nn.Tanh: lambda g, module, x, name: g.add("Tanh", x),
    nn.Sigmoid: lambda g, module, x, name: g.add("Sigmoid", x),
}
