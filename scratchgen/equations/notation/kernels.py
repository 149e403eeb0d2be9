"""The symbols of the kernels."""

from __future__ import annotations

OF_EQUATION: dict[str, dict[str, str]] = {
    "kernels.matmul": {"C": "(M, N)", "A": "(M, K)", "B": "(K, N)"},
    "kernels.bias_activation": {
        "y": "(B, H)",
        "f": "identity, tanh, sigmoid or relu",
        "x": "(B, H)",
        "b": "a number for each column, (H,)",
    },
    "kernels.elementary": {
        "x": "any shape",
        "r": "remainder, at most ½ log 2 in size: a polynomial gives its exponential",
        "n": "whole number: the exponent of the floating-point number",
        "m": "mantissa, from √½ to √2",
    },
    "kernels.philox": {
        "c": "four words of 32 bits: the counter at first, random at last",
        "hi": "the upper 32 bits of a product",
        "lo": "the lower 32 bits of a product",
        "N": "0xCD9E8D57",
        "M": "0xD2511F53",
        "k": "key: two words of 32 bits",
    },
    "kernels.box_muller": {
        "ε": "two independent normal numbers",
        "u": "uniform on (0, 1)",
        "v": "uniform on (0, 1)",
        "a": "random word of 32 bits",
        "b": "random word of 32 bits",
    },
}
