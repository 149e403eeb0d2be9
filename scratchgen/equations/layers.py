"""Layers of networks, and the initialisation of their weights."""

from __future__ import annotations

from scratchgen.equations.entry import Equation, Example
from scratchgen.equations.tiny import Noise, Uniform, blank
from scratchgen.functional import conv2d, conv_transpose2d, linear
from scratchgen.nn import BatchNorm, Dropout, Embedding, LayerNorm
from scratchgen.nn.convolution import zero_pad2d
from scratchgen.nn.init import chrono, fan_in_uniform, glorot_uniform, he_normal
from scratchgen.random import Generator


def _row(k):
    return blank(Embedding(2, 2, Generator(0)), W=[[1.0, 2.0], [3.0, 4.0]]).forward(k)


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
