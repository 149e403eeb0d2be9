"""Notation: the meaning of each symbol, with shapes and units, by model family and by equation."""

from __future__ import annotations

import re

from scratchgen.equations import Equation

BETA = "weight of the rate, a number > 0"
DISTORTION = {
    "R": "rate, KL(q(z|x) ‖ p(z)), nats",
    "D": "distortion, −E_q[log p(x|z)], nats",
    "β": BETA,
}
CODES = {
    "z_e": "output of the encoder, (B, N, d): N places, vectors of d numbers",
    "z_q": "input of the decoder, (B, N, d)",
    "e": "the code nearest to each vector, (B, N, d)",
    "sg": "stop-gradient: the identity, with the derivative 0",
}
DRAWS = {
    "k": "number of draws of the latent per example",
    "z": "draws of the latent from q(z|x), (k, B, Z)",
}
SLOPE = {
    "a": "output of the discriminator: its logit, or the score of a critic; of examples (B, D), (B,)",
    "∇": "gradient by the example, (B, D)",
}
LINEAR_MAP = {
    "g": "cotangent: ∂L/∂f, of the shape of the result",
    "J": "Jacobian: how each element of f changes with each of x",
    "f": "the function",
    "x": "its argument",
}
STEP = {"θ": "the parameters", "α": "learning rate, > 0", "g": "∂L/∂θ"}
MOMENTUM = {"v": "sum of the gradients so far, which decays by μ per step", "μ": "momentum, in [0, 1)"}
SECOND_MOMENT = {"v": "moving average of the square of the gradient", "ε": "keeps the division finite"}
ADAM = SECOND_MOMENT | {
    "m": "moving average of the gradient; with a hat, after bias correction",
    "β₁": "decay of the average of the gradient, in [0, 1)",
    "β₂": "decay of the average of its square, in [0, 1)",
    "t": "number of steps taken, this one included",
}
RATE = {"α": "base learning rate, > 0", "α_t": "learning rate of the next step"}
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
CHUNK = {"g": "gradient over the whole text, all parameters as one vector", "ĝ": "truncated gradient"}

OF_FAMILY = {
    "vae": {
        "x": "examples, (B, D)",
        "z": "latents, (B, Z)",
        "y": "classes of the examples, (B,)",
        "mu": "mean of q, (B, Z)",
        "sigma": "standard deviation of q, (B, Z), stored as logvar = log sigma²",
        "ε": "standard normal noise, (B, Z)",
        "p": "the model: p(z) the prior, p(x|z) the likelihood, p(x) the evidence; logs in nats",
        "q": "the approximate posterior q(z|x), the output of the encoder",
        "KL": "Kullback-Leibler divergence, (B,), nats",
        "E_q": "mean over latents from q(z|x)",
        "E_x": "mean over examples",
        "β": BETA,
    },
    "gan": {
        "x": "real examples, (N, D)",
        "y": "generated examples, (M, D)",
        "z": "noise, the input of the generator, (B, Z)",
        "D": "discriminator: the probability that an example is real, in (0, 1); in the code its logit a, D = σ(a)",
        "G": "generator: from noise (B, Z) to examples (B, D)",
        "V": "value of the game, nats: D raises it, G lowers it",
        "p": "density of the data",
        "q": "density of the generator",
        "E_x": "mean over real examples",
        "E_z": "mean over noise",
        "JSD": "Jensen-Shannon divergence, nats, from 0 to log 2",
        "KL": "Kullback-Leibler divergence, nats",
    },
    "rnn": {
        "x_t": "input at time t, (B, D)",
        "h_t": "state at time t, (B, H)",
        "y_t": "output at time t, (B, V)",
        "W_xh": "weights from input to state, (D, H)",
        "W_hh": "weights from state to state, (H, H)",
        "b_h": "bias of the state, (H,)",
        "W_hy": "weights from state to output, (H, V)",
        "b_y": "bias of the output, (V,)",
        "L": "loss, nats",
    },
}

OF_EQUATION = {
    "vae.likelihood": {"p": "probability that a pixel is 1, (B, D)", "σ": "logistic function"},
    "vae.iwae": DRAWS | {"L_k": "the bound, (B,), nats", "w": "weight of a draw, (k, B)"},
    "vae.importance": DRAWS | {"w": "weight of a draw, (k, B)"},
    "vae.annealed": {
        "z": "latent of a chain after t − 1 moves, (B, Z)",
        "w": "weight of a chain, (B,)",
        "β": "inverse temperature, from 0 at t = 0 to 1 at t = T",
    },
    "vae.constrained": DISTORTION | {"D₀": "target distortion, nats", "λ": "multiplier, > 0"},
    "vae.geco": {
        "λ": "multiplier of the constraint, > 0",
        "η": "growth rate of the multiplier, per nat and step",
        "C": "moving average of D − D₀, nats",
        "a": "decay of the average, from 0 to 1",
        "D": "distortion of the batch, nats",
        "D₀": "target distortion, nats",
    },
    "vae.free_bits": {"free": "nats of each latent that are not penalised"},
    "vae.warm_up": {"t": "step of the training, from 0", "T": "steps of the warm-up"},
    "vae.rate_distortion": DISTORTION,
    "vae.linear": {
        "D": "numbers of an example",
        "W": "weights of the decoder, (Z, D)",
        "b": "bias of the decoder, (D,)",
        "s": "standard deviation of q by latent, (Z,)",
        "σ": "standard deviation of the data, one number",
    },
    "vae.exact_evidence": {
        "D": "numbers of an example",
        "C": "covariance of the data under the model, (D, D)",
        "b": "bias of the decoder, (D,)",
        "W": "weights of the decoder, (Z, D)",
        "σ": "standard deviation of the data, one number",
    },
    "vae.levels": {
        "a": "logits of the levels of x_d, (B, D, V)",
        "k": "level of x_d, from 0 to V − 1",
        "V": "number of levels: 0, 1/(V − 1), …, 1",
    },
    "vae.ppca": {
        "D": "numbers of an example",
        "Z": "latents",
        "λ": "eigenvalues of the covariance of the data, falling",
        "σ": "its square is the mean of the D − Z smallest eigenvalues",
    },
    "vae.straight_through": CODES,
    "vae.nearest_code": {
        "k": "code of each vector, (…) whole numbers",
        "z_e": CODES["z_e"],
        "e": "the K codes, (K, d)",
    },
    "vae.vq": CODES | {"p": "the model p(x|z_q); nats", "β": "weight of the commitment"},
    "vae.codebook": {
        "N": "moving average of the number of vectors with code k, (K,)",
        "n": "number of vectors of the batch with code k, (K,)",
        "m": "moving average of the sum of these vectors, (K, d)",
        "z": "vectors with code k, (n_k, d)",
        "e": "code k, (K, d)",
        "γ": "decay of the averages, from 0 to 1",
    },
    "vae.codes": {"k": "codes of an example, (B, N) whole numbers", "p": "p(k) the prior of codes; nats"},
    "vae.bits": {"D": "numbers of an example"},
    "vae.baseline": {
        "p": "probability that pixel d is 1, (D,)",
        "x": "training examples, (N, D)",
        "N": "number of examples",
    },
    "vae.active_units": {"A": "variance over examples of the mean of latent d, (Z,)"},
    "vae.spherical": {
        "a": "latent at t = 0, (…, Z)",
        "b": "latent at t = 1, (…, Z)",
        "t": "position on the path, from 0 to 1",
        "ω": "angle between a and b, radians",
    },
    "gan.parzen": {
        "x": "held-out examples, (B, D)",
        "s": "generated examples, (N, D)",
        "N": "number of generated examples; before a bracket, the normal density",
        "σ": "width of the window",
        "p": "the estimate of the generator's density; nats",
    },
    "gan.discriminator_loss": {
        "a": "scores of real examples: outputs of the discriminator, any real numbers, (B,)",
        "b": "scores of generated ones, (B,)",
    },
    "gan.gradient_penalty": SLOPE | {"λ": "weight of the penalty, > 0", "u": "uniform noise, (B, 1)"},
    "gan.zero_centred_penalty": SLOPE | {"γ": "weight of the penalty, > 0"},
    "gan.spectral_norm": {
        "W": "weights of a layer, (D, H)",
        "σ": "its largest singular value",
        "u": "a direction of length 1",
    },
    "gan.generated_density": {
        "p_g": "density of the generated numbers",
        "p_z": "density of the noise",
        "G": "generator: a function of one number that rises or falls throughout",
        "x": "a generated number",
    },
    "gan.mmd": {"k": "kernel: the similarity of two examples"},
    "gan.frechet": {
        "d": "distance, in the units of the features",
        "m": "means of the features, (D,)",
        "C": "covariances of the features, (D, D)",
    },
    "gan.precision_recall": {"r": "distance to the k-th nearest neighbour of the same set"},
    "gan.density_coverage": {"r": "distance to the k-th nearest neighbour of the same set"},
    "gan.chi_squared": {
        "M": "generated examples",
        "N": "real examples",
        "a": "real examples of class k, (K,)",
        "b": "generated examples of class k, (K,)",
    },
    "gan.chi_squared_tail": {
        "P": "probability",
        "χ": "its square has the distribution of a sum of d squared normal numbers",
        "d": "degrees of freedom",
        "Q": "upper incomplete gamma function, as a share of the whole",
        "x": "a number ≥ 0",
    },
    "gan.mode_divergence": {"K": "number of modes", "q": "share of the samples at mode k, (K,)"},
    "rnn.bptt": {
        "δ_t": "gradient of the loss by the argument of tanh at time t, (B, H)",
        "g_t": "gradient of the loss by h_t, without the part from later steps, (B, H)",
        "T": "number of steps; t counts from 1",
        "h₀": "initial state, (B, H)",
        "W_hh": "weights from state to state, (H, H); states are rows here, h_{t−1} W_hh",
        "W_xh": "weights from input to state, (D, H); inputs are rows here, x_t W_xh",
    },
    "rnn.influence": {"W_hh": "weights from state to state, (H, H); states are rows here, h_{t−1} W_hh"},
    "rnn.lstm": {
        "c_t": "cell at time t, (B, H)",
        "f_t": "forget gate, (B, H)",
        "i_t": "input gate, (B, H)",
        "g_t": "candidate, (B, H)",
        "o_t": "output gate, (B, H)",
        "W_xh": "weights from input to gates, (D, 4H)",
        "W_hh": "weights from state to gates, (H, 4H)",
        "b_h": "bias of the gates, (4H,)",
        "σ": "logistic function",
    },
    "rnn.gru": {
        "z_t": "update gate, (B, H)",
        "r_t": "reset gate, (B, H)",
        "n_t": "candidate, (B, H)",
        "W_xn": "weights from input to candidate, (D, H)",
        "W_hn": "weights from state to candidate, (H, H)",
        "b_xn": "bias added to the input term, (H,)",
        "b_hn": "bias added to the state term, (H,)",
    },
    "rnn.truncation": CHUNK | {"θ": "all parameters as one vector", "L_chunk": "loss of a chunk, nats"},
    "rnn.clipping": {"g": "gradient of all parameters as one vector", "c": "largest norm allowed"},
    "rnn.cross_entropy": {
        "b": "bits per character of the text",
        "E": "mean over texts of the source",
        "c": "character t of the text",
        "N": "characters of the text",
        "p": "probability that the model gives",
        "H": "entropy rate of the source, bits per character",
    },
    "rnn.sampling": {
        "y": "logits, (V,)",
        "τ": "temperature, ≥ 0",
        "p": "probabilities, (V,)",
        "p_top": "least total probability of the symbols kept, in (0, 1]",
    },
    "rnn.beam": {
        "y": "symbols of the text after the prompt",
        "p": "probability that the model gives",
        "l": "length of the text",
        "α": "length penalty, ≥ 0",
    },
    "rnn.frames": {
        "x_t": "frame t: which notes sound, (B, D), 0 or 1",
        "p": "probability that the model gives",
    },
    "rnn.nade": {
        "x": "which notes sound, (D,), 0 or 1; x_<d those below note d",
        "p": "probability that the model gives",
        "b": "biases of the notes, (D,), moved by the state",
        "c": "biases of the hidden units, (K,), moved by the state",
        "W": "weights from notes to hidden units, (D, K)",
        "V": "weights from hidden units to notes, (D, K)",
        "s_d": "hidden units after the notes below d, (K,)",
        "σ": "logistic function",
    },
    "rnn.attention": {
        "s": "queries, (T′, B, H)",
        "h": "positions of the input, (T, B, H)",
        "a": "attention weights, (T′, B, T), with the sum 1 over positions",
        "c": "contexts: means of the positions by these weights, (T′, B, H)",
        "W": "weights of the queries, (H, A)",
        "U": "weights of the positions, (H, A)",
        "v": "weights of the score, (A,)",
    },
    "rnn.ngram": {
        "p_k": "probability by contexts of k symbols",
        "c": "the next symbol",
        "s": "the k symbols before it; s′ is s without its oldest",
        "n": "count in the training text",
        "α": "concentration: observations that the shorter context is worth, > 0",
        "V": "number of symbols",
    },
    "autograd.chain_rule": {
        "L": "the scalar loss",
        "x": "variable of the derivative",
        "y": "each result computed directly from x",
    },
    "autograd.vjp": LINEAR_MAP,
    "autograd.transposition": {
        "J": LINEAR_MAP["J"],
        "u": "direction, of the shape of x",
        "g": LINEAR_MAP["g"],
    },
    "autograd.hvp": {
        "H": "Hessian ∂²f/∂x∂x of a function f whose result is a single number",
        "v": "direction, of the shape of x",
        "f": "the function",
        "x": "its argument",
    },
    "autograd.difference": {
        "v": "random cotangent of the result",
        "J": "Jacobian by the rules",
        "u": "random direction of the argument",
        "h": "step",
        "f": "the function",
        "x": "its argument",
    },
    "optim.sgd": STEP,
    "optim.momentum": STEP | MOMENTUM,
    "optim.nesterov": STEP | MOMENTUM,
    "optim.rmsprop": STEP | SECOND_MOMENT | {"β₂": "decay of the average, in [0, 1)"},
    "optim.adagrad": STEP | {"v": "sum of the squares of all gradients", "ε": "keeps the division finite"},
    "optim.adam": STEP | ADAM,
    "optim.adamw": {name: (STEP | ADAM)[name] for name in ("θ", "α", "m", "v", "ε")}
    | {"λ": "weight decay, ≥ 0"},
    "optim.half_cosine": RATE | {"t": "number of steps done", "T": "number of steps of the training"},
    "optim.warmup": RATE | {"t": "number of steps done", "n": "number of steps of the warm-up"},
    "optim.step_decay": RATE
    | {
        "t": "number of epochs done",
        "t_j": "milestones, numbers of epochs",
        "k": "number of milestones passed",
        "γ": "factor at each milestone, > 0",
    },
    "optim.average": {
        "a": "average of the parameters",
        "d": "decay of the average",
        "θ": "the parameters",
        "t": "number of the step, from 1",
    },
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


def symbols(equation: Equation) -> list[tuple[str, str]]:
    """The symbols of an equation, in the order of their first use, with their meanings.

    A symbol with an index, such as z_i, means z unless z_i has its own meaning. An index alone is no symbol.
    """
    known = (
        OF_FAMILY.get(equation.id.partition(".")[0], {})
        | OF_EQUATION.get(equation.id, {})
        | dict(equation.symbols)
    )
    found: dict[str, str] = {}
    for token in re.findall(r"∇|(?:[^\W\d_][₀′]?)+(?:_[^\W\d_]+)?", re.sub("[²ᵀ]", " ", equation.text)):
        symbol = next((name for name in (token, token.partition("_")[0]) if name in known), None)
        if symbol:
            found.setdefault(symbol, known[symbol])
    return list(found.items())
