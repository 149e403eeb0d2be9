"""The symbols of the layers, the losses and the distributions."""

from __future__ import annotations

NORMED = {
    "x": "(B, D), y too",
    "γ": "scale, learned, (D,)",
    "β": "shift, learned, (D,)",
    "m": "mean",
    "s": "standard deviation, its square the variance",
    "ε": "10⁻⁵, keeps the division finite",
}
CONVOLUTION = {"W": "kernel, (k, k, C, F)", "s": "stride", "p": "padding"}
WEIGHTS = {
    "W": "weights, (D, H)",
    "U": "uniform distribution",
    "a": "bound of the distribution",
    "D": "inputs of the layer",
}

OF_EQUATION: dict[str, dict[str, str]] = {
    "nn.linear": {"y": "(…, H)", "x": "(…, D)", "W": "(D, H)", "b": "(H,)"},
    "nn.embedding": {"y": "(…, D)", "W": "one row per symbol, (V, D)", "k": "symbols, (…) whole numbers"},
    "nn.dropout": {
        "x": "any shape, and y and r too",
        "r": "1 where an element is kept, 0 where it is dropped",
        "p": "probability of dropping, in [0, 1)",
        "u": "uniform noise",
    },
    "nn.batch_norm": NORMED,
    "nn.layer_norm": NORMED,
    "nn.convolution": CONVOLUTION
    | {"x": "images, (…, H, W, C), 0 outside of them", "y": "images, (…, H′, W′, F)", "b": "bias, (F,)"},
    "nn.transposed_convolution": CONVOLUTION
    | {"x": "images, (…, H, W, F)", "y": "images, (…, H′, W′, C)", "b": "bias, (C,)"},
    "nn.padding": {
        "x": "images, (…, H, W, C)",
        "y": "images, (…, H′, W′, C)",
        "t": "margin at the top, negative where it is cut off",
        "l": "margin at the left, negative where it is cut off",
    },
    "nn.fan_in": WEIGHTS,
    "nn.glorot": WEIGHTS | {"H": "outputs of the layer"},
    "nn.he": {"W": "weights, (D, H)", "N": "normal distribution", "D": "inputs of the layer"},
    "nn.sigmoid": {"x": "any shape"},
    "nn.softplus": {"x": "any shape"},
    "nn.relu": {"x": "any shape"},
    "nn.leaky_relu": {"x": "any shape", "a": "slope below 0"},
    "nn.logsumexp": {"x": "(…, V)", "m": "the largest of them, so that no exponential overflows"},
    "nn.softmax": {"p": "probabilities, (…, V)", "x": "logits, (…, V)"},
    "nn.cross_entropy": {
        "L": "loss of each prediction, (…), nats",
        "a": "logits, (…, V)",
        "k": "the right class, (…) whole numbers",
    },
    "distributions.normal": {
        "x": "points, (B, D)",
        "mu": "mean, (B, D)",
        "sigma": "standard deviation, (B, D), stored as logvar = log sigma²",
    },
    "distributions.entropy": {"H": "entropy, nats", "p": "probabilities, (…, V)"},
}
