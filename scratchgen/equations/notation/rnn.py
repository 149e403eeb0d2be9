"""The symbols of the recurrent network."""

from __future__ import annotations

CHUNK = {"g": "gradient over the whole text, all parameters as one vector", "ĝ": "truncated gradient"}

OF_FAMILY = {
    "x_t": "input at time t, (B, D)",
    "h_t": "state at time t, (B, H)",
    "y_t": "output at time t, (B, V)",
    "W_xh": "weights from input to state, (D, H)",
    "W_hh": "weights from state to state, (H, H)",
    "b_h": "bias of the state, (H,)",
    "W_hy": "weights from state to output, (H, V)",
    "b_y": "bias of the output, (V,)",
    "L": "loss, nats",
}

OF_EQUATION: dict[str, dict[str, str]] = {
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
}
