"""Faults of kernels, in the backends that are Python: whole arrays, and loops."""

from ..fault import Fault

RECURRENCE = "scratchgen_kernels/test_tanh_recurrence.py"
GRADIENTS = f"{RECURRENCE}::test_gradients_are_those_of_finite_differences"

KERNELS = (
    Fault(
        name="a missing transpose of W_hh",
        module="scratchgen_kernels.tanh_recurrence.numpy_",
        text="g_h = delta[t] @ W_hh.T",
        wrong="g_h = delta[t] @ W_hh",
        says="Square, so no shape complains; 60 % off, and the network still learns. vzhou842/rnn-from-scratch.",
        claims=(GRADIENTS,),
        only="numpy",
        equations=("rnn.hidden", "rnn.bptt"),
    ),
    Fault(
        name="a missing transpose of W_hh in the loops",
        module="scratchgen_kernels.tanh_recurrence.loops",
        text="g_h0[i, k] += delta * W_hh[k, j]",
        wrong="g_h0[i, k] += delta * W_hh[j, k]",
        says="The same fault with indices.",
        claims=(GRADIENTS,),
        only="loops",
        equations=("rnn.hidden", "rnn.bptt"),
    ),
    Fault(
        name="sweep whose delta is 0 in the last step",
        module="scratchgen_kernels.tanh_recurrence.numpy_",
        text="np.multiply(g[t] + g_h, 1 - h[t] * h[t], out=delta[t])",
        wrong="np.multiply((g[t] + g_h) * (t < len(h) - 1), 1 - h[t] * h[t], out=delta[t])",
        says="δ_T = 0 in place of δ_{T+1} = 0: a loss of the last state has no gradient at all.",
        claims=("claims/test_rnn.py",),
        only="steps_from_1",
    ),
    Fault(
        name="gradient of the inputs from their own step",
        module="scratchgen_kernels.tanh_recurrence.numpy_",
        text="g_x, g_W_xh, g_b_h = input_gradients(delta, x, W_xh)",
        wrong="g_x, g_W_xh, g_b_h = input_gradients(delta, x, W_xh)\n"
        "    g_x = input_gradients(g * (1 - h * h), x, W_xh)[0]",
        says="The gradient from later steps is lost: a stack learns wrongly. ML-From-Scratch's RNN.",
        claims=(GRADIENTS,),
        only="numpy",
        equations=("rnn.hidden", "rnn.bptt"),
    ),
    Fault(
        name="noise times the variance",
        module="scratchgen_kernels.reparameterize.numpy_",
        text="return mu + np.exp(0.5 * logvar) *",
        wrong="return mu + np.exp(logvar) *",
        says="σ² for σ, in the kernel that draws its own noise.",
        claims=(
            "scratchgen_kernels/test_reparameterize.py::test_samples_have_the_variance_that_logvar_names",
        ),
        only="numpy",
    ),
    Fault(
        name="both of a pair from one wave",
        module="scratchgen_kernels.normal_noise.numpy_",
        text="return r * cosine, r * sine",
        wrong="return r * cosine, r * cosine",
        says="Both numbers of a Box-Muller pair are the same.",
        claims=("scratchgen_kernels/test_standard_normal.py",),
        only="numpy or lanes",
        equations=("kernels.box_muller",),
    ),
    Fault(
        name="radius without its two",
        module="scratchgen_kernels.normal_noise.loops",
        text="-2 * log_reduced(",
        wrong="-1 * log_reduced(",
        says="√(−ln u): the variance is ½.",
        claims=("scratchgen_kernels/test_standard_normal.py::test_values_are_box_muller_of_the_words",),
        only="loops",
    ),
    Fault(
        name="nine rounds",
        module="scratchgen_kernels.normal_noise.numpy_",
        text="ROUNDS = 10",
        wrong="ROUNDS = 9",
        says="The stream differs from the published one.",
        claims=("scratchgen_kernels/test_philox.py",),
        only="numpy",
        equations=("kernels.philox",),
    ),
)
