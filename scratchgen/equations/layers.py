"""Layers of networks, and the initialisation of their weights."""

from __future__ import annotations

import math

from scratchgen.equations.entry import Equation, Example
from scratchgen.equations.tiny import Noise, Uniform, blank
from scratchgen.functional import (
    avg_pool2d,
    conv1d,
    conv2d,
    conv_transpose2d,
    linear,
    max_pool2d,
    scaled_dot_product_attention,
    upsample,
)
from scratchgen.nn import BatchNorm, Dropout, Embedding, GroupNorm, LayerNorm, MultiheadAttention
from scratchgen.nn.convolution import zero_pad2d
from scratchgen.nn.init import chrono, fan_in_uniform, glorot_uniform, he_normal
from scratchgen.random import Generator


def _row(k):
    return blank(Embedding(2, 2, Generator(0)), W=[[1.0, 2.0], [3.0, 4.0]]).forward(k)


def _two_heads(x):
    """Self-attention with two heads of one number each, whose maps are identities."""
    identity = [[1.0, 0.0], [0.0, 1.0]]
    layer = MultiheadAttention(2, 2, Generator(0))
    blank(layer, **{f"{part}_W": identity for part in ("query", "key", "value", "output")})
    return layer.forward(x)[0][0]


ATTENDED = {
    "A": "attention weights, (…, T′, T), with the sum 1 over T",
    "Q": "queries, (…, T′, d)",
    "K": "keys, (…, T, d)",
    "V": "values, (…, T, e)",
    "Y": "means of the values, (…, T′, e)",
    "d": "numbers per query",
}
POOLED = {
    "x": "images, (…, H, W, C)",
    "y": "images, (…, H′, W′, C)",
    "s": "stride",
    "k": "size of the windows",
}

LAYERS = (
    Equation(
        "nn.linear",
        "linear layer",
        r"y = x W + b",
        "y = x W + b",
        "Goodfellow et al., Deep Learning (2016), eq. 6.40",
        "scratchgen.functional:linear",
        tutorial="01_gradients.py#the-gradients-of-a-network-by-hand",
        example=Example(
            "(1, 2) with the columns (1, 3) and (0, −1), b = (0.5, 0)\n(1 + 6 + 0.5, 0 − 2 + 0) = (7.5, −2)",
            (7.5, -2.0),
            lambda x, W, b: linear(x, W, b),
            {"x": [[1.0, 2.0]], "W": [[1.0, 0.0], [3.0, -1.0]], "b": [0.5, 0.0]},
        ),
    ),
    Equation(
        "nn.embedding",
        "embedding",
        r"y = W_k",
        "y = W[k]",
        "Bengio et al. (2003), section 2",
        "scratchgen.nn.layers:Embedding.forward",
        tutorial="04_rnn.py#a-language-model-the-network-against-n-grams",
        example=Example(
            "row 1 of ((1, 2), (3, 4)): (3, 4)",
            (3.0, 4.0),
            _row,
            {"k": [1]},
        ),
    ),
    Equation(
        "nn.dropout",
        "dropout",
        r"y = x \odot r / (1 - p), \quad r = 1[u \ge p]",
        "y = x ⊙ r / (1 − p),  r = 1[u ≥ p],  u ~ U(0, 1)",
        "Srivastava et al. (2014), section 10",
        "scratchgen.nn.layers:Dropout.forward",
        tutorial="04_rnn.py#a-language-model-the-network-against-n-grams",
        example=Example(
            "p = 0.5, u = (0.2, 0.7), so r = (0, 1)\n(1 · 0, 3 · 1) / 0.5 = (0, 6)",
            (0.0, 6.0),
            lambda x, u: Dropout(0.5, Uniform(u)).forward(x),
            {"x": [1.0, 3.0], "u": (0.2, 0.7)},
        ),
    ),
    Equation(
        "nn.batch_norm",
        "batch normalisation",
        r"y = \gamma \frac{x - m}{\sqrt{s^2 + \varepsilon}} + \beta",
        "y = γ (x − m) / √(s² + ε) + β, with m and s² of each feature over the batch",
        "Ioffe & Szegedy (2015), algorithm 1",
        "scratchgen.nn.normalisation:BatchNorm.forward",
        tutorial="03_gan.py#convolutions-and-normalisation",
        example=Example(
            "a feature that is 0 and 4 in two examples: m = 2, s² = 4, γ = 1, β = 0\n"
            "(0 − 2)/2 = −1, (4 − 2)/2 = 1",
            (-1.0, 1.0),
            lambda x: BatchNorm(1).forward(x),
            {"x": [[0.0], [4.0]]},
        ),
    ),
    Equation(
        "nn.layer_norm",
        "layer normalisation",
        r"y = \gamma \frac{x - m}{\sqrt{s^2 + \varepsilon}} + \beta",
        "y = γ (x − m) / √(s² + ε) + β, with m and s² of each example over its features",
        "Ba, Kiros & Hinton (2016), section 3",
        "scratchgen.nn.normalisation:LayerNorm.forward",
        tutorial="03_gan.py#convolutions-and-normalisation",
        example=Example(
            "an example with the features 0 and 4: m = 2, s² = 4, γ = 1, β = 0\n"
            "(0 − 2)/2 = −1, (4 − 2)/2 = 1",
            (-1.0, 1.0),
            lambda x: LayerNorm(2).forward(x),
            {"x": [[0.0, 4.0]]},
        ),
    ),
    Equation(
        "nn.group_norm",
        "group normalisation",
        r"y = \gamma \frac{x - m}{\sqrt{s^2 + \varepsilon}} + \beta",
        "y = γ (x − m) / √(s² + ε) + β, with m and s² of each group of channels of an example over its pixels",
        "Wu & He (2018), eq. 1 and 7",
        "scratchgen.nn.normalisation:GroupNorm.forward",
        example=Example(
            "the channels (0, 4) and (1, 1) as two groups: m = 2, s² = 4 and m = 1, s² = 0; γ = 1, β = 0\n"
            "(0 − 2)/2 = −1, (4 − 2)/2 = 1, and (1 − 1)/√ε = 0 twice",
            (-1.0, 1.0, 0.0, 0.0),
            lambda x: GroupNorm(2, 4).forward(x),
            {"x": [[0.0, 4.0, 1.0, 1.0]]},
        ),
        symbols={
            "x": "examples (B, C) or images (B, H, W, C), y too",
            "γ": "scale, learned, (C,)",
            "β": "shift, learned, (C,)",
            "m": "mean",
            "s": "standard deviation, its square the variance",
            "ε": "10⁻⁵, keeps the division finite",
        },
    ),
    Equation(
        "nn.max_pool",
        "max pooling",
        r"y_{hw} = \max_{0 \le i, j < k} x_{sh + i,\, sw + j}",
        "y[h, w] = max_ij x[s h + i, s w + j],  0 ≤ i, j < k",
        "Goodfellow et al., Deep Learning (2016), section 9.3",
        "scratchgen.functional:max_pool2d",
        example=Example(
            "the window ((1, 5), (2, 3)): 5",
            5.0,
            lambda x: max_pool2d(x, 2),
            {"x": [[[[1.0], [5.0]], [[2.0], [3.0]]]]},
        ),
        symbols=POOLED,
    ),
    Equation(
        "nn.average_pool",
        "average pooling",
        r"y_{hw} = \frac1{k^2} \sum_{0 \le i, j < k} x_{sh + i,\, sw + j}",
        "y[h, w] = 1/k² Σ_ij x[s h + i, s w + j],  0 ≤ i, j < k",
        "LeCun et al. (1998), section II.A",
        "scratchgen.functional:avg_pool2d",
        example=Example(
            "the window ((1, 5), (2, 4)): (1 + 5 + 2 + 4) / 4 = 3",
            3.0,
            lambda x: avg_pool2d(x, 2),
            {"x": [[[[1.0], [5.0]], [[2.0], [4.0]]]]},
        ),
        symbols=POOLED,
    ),
    Equation(
        "nn.upsample",
        "nearest-neighbour enlargement",
        r"y_{hw} = x_{\lfloor h / s \rfloor, \lfloor w / s \rfloor}",
        "y[h, w] = x[⌊h/s⌋, ⌊w/s⌋]",
        "Odena, Dumoulin & Olah (2016)",
        "scratchgen.functional:upsample",
        example=Example(
            "a row of pixels (1, 2), s = 2: two rows (1, 1, 2, 2)",
            (1.0, 1.0, 2.0, 2.0, 1.0, 1.0, 2.0, 2.0),
            lambda x: upsample(x, 2),
            {"x": [[[[1.0], [2.0]]]]},
        ),
        symbols={"x": POOLED["x"], "y": "images, (…, s H, s W, C)", "s": "scale"},
    ),
    Equation(
        "nn.dot_product_attention",
        "scaled dot-product attention",
        r"A = \operatorname{softmax}\bigl(Q K^\top / \sqrt d\bigr), \quad Y = A V",
        "A = softmax(Q Kᵀ / √d),  Y = A V",
        "Vaswani et al. (2017), eq. 1",
        "scratchgen.functional:scaled_dot_product_attention",
        example=Example(
            "Q = log 3, K = (1, 0), V = (4, 8), d = 1: A = softmax(log 3, 0) = (0.75, 0.25)\n"
            "Y = 0.75 · 4 + 0.25 · 8 = 5",
            5.0,
            lambda q, k, v: scaled_dot_product_attention(q, k, v)[0],
            {"q": [[math.log(3)]], "k": [[1.0], [0.0]], "v": [[4.0], [8.0]]},
        ),
        symbols=ATTENDED,
    ),
    Equation(
        "nn.multihead_attention",
        "attention with several heads",
        r"Y = [Y_1 \ldots Y_n] W_o + b_o, \quad Y_i = \operatorname{softmax}\bigl(Q_i K_i^\top / \sqrt d\bigr) V_i,"
        r" \quad Q = x W_q + b_q, \; K = m W_k + b_k, \; V = m W_v + b_v",
        "Y = [Y_1 … Y_n] W_o + b_o,  Y_i = softmax(Q_i K_iᵀ / √d) V_i,"
        "  Q = x W_q + b_q,  K = m W_k + b_k,  V = m W_v + b_v",
        "Vaswani et al. (2017), section 3.2.2",
        "scratchgen.nn.attention:MultiheadAttention.forward",
        example=Example(
            "all W = 1, two heads of d = 1, m = x = ((1, 0), (0, 0)) at two times; the query is the first row\n"
            "head 1: softmax(1 · 1, 1 · 0) = (0.731059, 0.268941), times the values (1, 0): 0.731059\n"
            "head 2: softmax(0, 0) = (½, ½), times the values (0, 0): 0",
            (0.731059, 0.0),
            _two_heads,
            {"x": [[[1.0, 0.0]], [[0.0, 0.0]]]},
        ),
        symbols={
            **{name: ATTENDED[name] for name in "QKVd"},
            "Y": "output, (T′, B, H), of n heads; Y_i that of head i, (B, T′, d)",
            "W": "weights, (H, H)",
            "b": "biases, (H,)",
            "x": "queries before their map, (T′, B, H)",
            "m": "memory, (T, B, H)",
        },
    ),
    Equation(
        "nn.convolution_1d",
        "convolution of sequences",
        r"y_t = \sum_i x_{st + i - p} W_i + b",
        "y[t] = Σ_i x[s t + i − p] W[i] + b",
        "Dumoulin & Visin (2016), section 2",
        "scratchgen.functional:conv1d",
        example=Example(
            "(1, 2, 3) and the kernel (10, 1), s = 1, p = 0\n(1 · 10 + 2 · 1, 2 · 10 + 3 · 1) = (12, 23)",
            (12.0, 23.0),
            conv1d,
            {"x": [[1.0], [2.0], [3.0]], "W": [[[10.0]], [[1.0]]], "b": [0.0]},
        ),
        symbols={
            "x": "sequences, (…, T, C), 0 outside of them",
            "y": "sequences, (…, T′, F)",
            "W": "kernel, (k, C, F)",
            "b": "bias, (F,)",
            "s": "stride",
            "p": "padding",
        },
    ),
    Equation(
        "nn.convolution",
        "convolution",
        r"y_{hw} = \sum_{ij} x_{sh + i - p,\, sw + j - p} W_{ij} + b",
        "y[h, w] = Σ_ij x[s h + i − p, s w + j − p] W[i, j] + b",
        "Dumoulin & Visin (2016), section 2",
        "scratchgen.functional:conv2d",
        tutorial="03_gan.py#convolutions-and-normalisation",
        example=Example(
            "a row of pixels (1, 2, 3) and the kernel (10, 1), s = 1, p = 0\n"
            "(1 · 10 + 2 · 1, 2 · 10 + 3 · 1) = (12, 23)",
            (12.0, 23.0),
            conv2d,
            {"x": [[[[1.0], [2.0], [3.0]]]], "W": [[[[10.0]], [[1.0]]]], "b": [0.0]},
        ),
    ),
    Equation(
        "nn.transposed_convolution",
        "transposed convolution",
        r"y_{sh + i - p,\, sw + j - p} \mathrel{+}= x_{hw} W_{ij}^\top",
        "y[s h + i − p, s w + j − p] += x[h, w] W[i, j]ᵀ, at last + b",
        "Dumoulin & Visin (2016), section 4",
        "scratchgen.functional:conv_transpose2d",
        tutorial="03_gan.py#convolutions-and-normalisation",
        example=Example(
            "a row of pixels (1, 2) and the kernel (10, 1), s = 1, p = 0\n"
            "(1 · 10, 1 · 1 + 2 · 10, 2 · 1) = (10, 21, 2)",
            (10.0, 21.0, 2.0),
            conv_transpose2d,
            {"x": [[[[1.0], [2.0]]]], "W": [[[[10.0]], [[1.0]]]], "b": [0.0]},
        ),
    ),
    Equation(
        "nn.padding",
        "padding and cropping",
        r"y_{hw} = x_{h - t,\, w - l}, \quad 0 \text{ outside of } x",
        "y[h, w] = x[h − t, w − l], and 0 outside of x",
        "Dumoulin & Visin (2016), section 2.2",
        "scratchgen.nn.convolution:zero_pad2d",
        example=Example(
            "a row of pixels (1, 2, 3) with l = 1 more at the left and −1 at the right, t = 0\n(0, 1, 2)",
            (0.0, 1.0, 2.0),
            zero_pad2d,
            {"x": [[[[1.0], [2.0], [3.0]]]], "margins": [1, -1, 0, 0]},
        ),
    ),
    Equation(
        "nn.fan_in",
        "fan-in uniform initialisation",
        r"W \sim U(-a, a), \quad a = 1 / \sqrt D",
        "W ~ U(−a, a),  a = 1/√D",
        "LeCun et al. (1998), section 4.6, whose variance is 1/D",
        "scratchgen.nn.init:fan_in_uniform",
        tutorial="01_gradients.py#nonlinearities-and-initial-weights",
        example=Example(
            "D = 4: a = 1/√4 = 0.5; uniform numbers of 0.75 become 0.5 · (2 · 0.75 − 1) = 0.25",
            (0.25, 0.25, 0.25, 0.25),
            lambda u, D, H: fan_in_uniform(Uniform(u), D, H),
            {"u": (0.75, 0.75, 0.75, 0.75), "D": 4, "H": 1},
            recorded=False,
        ),
    ),
    Equation(
        "nn.glorot",
        "Glorot initialisation",
        r"W \sim U(-a, a), \quad a = \sqrt{6 / (D + H)}",
        "W ~ U(−a, a),  a = √(6 / (D + H))",
        "Glorot & Bengio (2010), eq. 16",
        "scratchgen.nn.init:glorot_uniform",
        tutorial="01_gradients.py#nonlinearities-and-initial-weights",
        example=Example(
            "D = H = 1: a = √3 = 1.73205\n"
            "a uniform number of 0.75 becomes 1.73205 · (2 · 0.75 − 1) = 0.866025",
            0.866025,
            lambda u, D, H: glorot_uniform(Uniform(u), D, H),
            {"u": (0.75,), "D": 1, "H": 1},
            recorded=False,
        ),
    ),
    Equation(
        "nn.he",
        "He initialisation",
        r"W \sim \mathcal N(0, 2 / D)",
        "W ~ N(0, 2/D)",
        "He et al. (2015), eq. 10",
        "scratchgen.nn.init:he_normal",
        tutorial="01_gradients.py#nonlinearities-and-initial-weights",
        example=Example(
            "D = 2, H = 1: √(2/2) = 1; normal numbers of 0.5 become 1 · 0.5 = 0.5",
            (0.5, 0.5),
            lambda eps, D, H: he_normal(Noise(*eps), D, H),
            {"eps": (0.5, 0.5), "D": 2, "H": 1},
            recorded=False,
        ),
    ),
    Equation(
        "nn.chrono",
        "chrono initialisation of the gate biases",
        r"b_f = \log u, \quad b_i = -b_f, \quad u \sim U(1, T - 1)",
        "b_f = log u,  b_i = −b_f,  u ~ U(1, T − 1), T the longest time lag",
        "Tallec & Ollivier (2018), section 2",
        "scratchgen.nn.init:chrono",
        tutorial="04_rnn.py#long-memory-the-copying-problem",
        example=Example(
            "T = 4 and a uniform number of ½: u = 1 + ½ · 2 = 2\n"
            "b_f = log 2 = 0.69315, b_i = −0.69315; the other two biases are 0\n"
            "f = σ(log 2) = ⅔, and 1/(1 − f) = 3 = 1 + u steps",
            (-0.69315, 0.69315, 0.0, 0.0),
            lambda u, T: chrono(Uniform(u), 1, T),
            {"u": [0.5], "T": 4},
            recorded=False,
        ),
        symbols={
            "b_f": "(H,), biases of the forget gate",
            "b_i": "(H,), those of the input gate",
            "u": "uniform noise",
            "T": "steps",
        },
    ),
)
