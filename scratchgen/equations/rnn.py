"""The recurrent network, and the texts that it writes."""

from __future__ import annotations

from scratchgen.equations.entry import Equation

RNN = (
    Equation(
        "rnn.hidden",
        "recurrence",
        r"h_t = \tanh(W_{hh} h_{t-1} + W_{xh} x_t + b_h)",
        "h_t = tanh(W_hh h_{t−1} + W_xh x_t + b_h)",
        "Elman (1990)",
        "scratchgen.rnn.recurrence:recurrence",
        tutorial="04_rnn.py",
    ),
    Equation(
        "rnn.output",
        "output of the recurrence",
        r"y_t = W_{hy} h_t + b_y",
        "y_t = W_hy h_t + b_y",
        "Elman (1990)",
        "scratchgen.rnn.recurrence:output",
        tutorial="04_rnn.py",
    ),
    Equation(
        "rnn.bptt",
        "back-propagation through time",
        r"\delta_t = (g_t + \delta_{t+1} W_{hh}^\top) \odot (1 - h_t^2), \quad"
        r" \frac{\partial L}{\partial W_{hh}} = \sum_t h_{t-1}^\top \delta_t",
        "δ_t = (g_t + δ_{t+1} W_hhᵀ) ⊙ (1 − h_t²),  ∂L/∂W_hh = Σ_t h_{t−1}ᵀ δ_t",
        "Goodfellow et al., Deep Learning (2016), section 10.2.2",
        "scratchgen_kernels.tanh_recurrence:tanh_recurrence_backward",
        tutorial="04_rnn.py",
    ),
    Equation(
        "rnn.lstm",
        "long short-term memory",
        r"c_t = f_t \odot c_{t-1} + i_t \odot g_t, \quad h_t = o_t \odot \tanh(c_t), \quad"
        r" (i, f, g, o)_t = (\sigma, \sigma, \tanh, \sigma)(W_{hh} h_{t-1} + W_{xh} x_t + b_h)",
        "c_t = f_t ⊙ c_{t−1} + i_t ⊙ g_t,  h_t = o_t ⊙ tanh(c_t),"
        "  (i, f, g, o)_t = (σ, σ, tanh, σ)(W_hh h_{t−1} + W_xh x_t + b_h)",
        "Hochreiter & Schmidhuber (1997); forget gate: Gers, Schmidhuber & Cummins (2000)",
        "scratchgen.rnn.recurrence:lstm_recurrence",
        tutorial="04_rnn.py",
    ),
    Equation(
        "rnn.gru",
        "gated recurrent unit",
        r"h_t = (1 - z_t) \odot n_t + z_t \odot h_{t-1}, \quad"
        r" n_t = \tanh(W_{xn} x_t + b_{xn} + r_t \odot (W_{hn} h_{t-1} + b_{hn}))",
        "h_t = (1 − z_t) ⊙ n_t + z_t ⊙ h_{t−1},  n_t = tanh(W_xn x_t + b_xn + r_t ⊙ (W_hn h_{t−1} + b_hn))",
        "Cho et al. (2014), eq. 5-8",
        "scratchgen.rnn.recurrence:gru_recurrence",
        tutorial="04_rnn.py",
    ),
    Equation(
        "rnn.truncation",
        "bias of truncated back-propagation through time",
        r"\lVert \hat g - g \rVert / \lVert g \rVert, \quad \hat g = \sum_{\text{chunks}}"
        r" \left. \frac{\partial L_\text{chunk}}{\partial \theta} \right|_{h_\text{before} \text{ fixed}}",
        "‖ĝ − g‖ / ‖g‖,  ĝ = Σ_chunks ∂L_chunk/∂θ with the state before the chunk held fixed",
        "Tallec & Ollivier (2017), section 2",
        "scratchgen.rnn.training:truncation_bias",
        tutorial="04_rnn.py",
    ),
    Equation(
        "rnn.clipping",
        "clipping of the gradient",
        r"g \leftarrow g \cdot \min(1, c / \lVert g \rVert)",
        "g ← g · min(1, c / ‖g‖)",
        "Pascanu, Mikolov & Bengio (2013), algorithm 1",
        "scratchgen.optim:clip_grad_norm",
        tutorial="04_rnn.py",
    ),
    Equation(
        "rnn.cross_entropy",
        "bits of a held-out text",
        r"-\frac{1}{N - 1} \sum_{t=2}^{N} \log_2 p(c_t \mid c_1 \dots c_{t-1}) \ge H",
        "−1/(N−1) Σ_t log₂ p(c_t | c_1 … c_{t−1}) ≥ H, the entropy rate of the source, in the mean",
        "Cover & Thomas (2006), Elements of Information Theory, section 5.4",
        "scratchgen.rnn.scoring:evaluate",
        tutorial="04_rnn.py",
    ),
    Equation(
        "rnn.sampling",
        "temperature, top-k and nucleus",
        r"p_k \propto e^{y_k / \tau} \; [k \in K], \quad"
        r" K = \text{the } k \text{ likeliest, or the fewest with } \textstyle\sum_K p \ge p_\text{top}",
        "p_k ∝ exp(y_k / τ) on the k likeliest, or on the fewest whose probability is p_top or more",
        "Fan et al. (2018), section 5.1; Holtzman et al. (2020), eq. 2-3",
        "scratchgen.rnn.sampling:probabilities",
        tutorial="04_rnn.py",
    ),
    Equation(
        "rnn.beam",
        "score of a text in beam search",
        r"\log p(y_1 \dots y_l) \,/\, \left(\tfrac{5 + l}{6}\right)^\alpha",
        "log p(y_1 … y_l) / ((5 + l) / 6)^α",
        "Sutskever et al. (2014), section 3.2; Wu et al. (2016), eq. 14",
        "scratchgen.rnn.beam:beam_search",
        tutorial="04_rnn.py",
    ),
    Equation(
        "rnn.attention",
        "attention",
        r"c_t = \sum_j a_{tj} h_j, \quad a_{tj} = \operatorname{softmax}_j \operatorname{score}(s_t, h_j),"
        r" \quad \operatorname{score} = s^\top h / \sqrt H \text{ or } v^\top \tanh(W s + U h)",
        "c_t = Σ_j a_tj h_j,  a_tj = softmax_j score(s_t, h_j),  score = s·h/√H or v·tanh(W s + U h)",
        "Bahdanau et al. (2015), eq. 5-6; Luong et al. (2015), eq. 8",
        "scratchgen.rnn.attention:Attention.forward",
        tutorial="04_rnn.py",
    ),
)
