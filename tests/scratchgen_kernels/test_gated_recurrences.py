"""LSTM and GRU on every backend: formulas, PyTorch, gradients against finite differences."""

from dataclasses import dataclass

import numpy as np
import pytest

import scratchgen_kernels as kernels

pytestmark = pytest.mark.fast

SIZES = [(4, 3, 2, 5), (1, 1, 1, 1), (6, 1, 3, 2), (0, 3, 2, 5), (4, 0, 2, 5), (4, 3, 0, 5), (4, 3, 2, 0)]


def sigma(a):
    return 0.5 * (1 + np.tanh(0.5 * a))


def lstm_oracle(x, h0, c0, W_xh, W_hh, b_h):
    """(2, T, B, H): h and c, in float64, one example at a time, column vectors as in the papers."""
    T, (B, H) = len(x), h0.shape
    states = np.zeros((2, T, B, H))
    for m in range(B):
        h, c = h0[m], c0[m]
        for t in range(T):
            i, f, g, o = (W_xh.T @ x[t, m] + W_hh.T @ h + b_h).reshape(4, H)
            c = sigma(f) * c + sigma(i) * np.tanh(g)
            h = sigma(o) * np.tanh(c)
            states[:, t, m] = h, c
    return states


def gru_oracle(x, h0, W_xh, W_hh, b_x, b_h):
    """(T, B, H), in float64, one example at a time, column vectors as in the paper; r after the product."""
    T, (B, H) = len(x), h0.shape
    states = np.zeros((T, B, H))
    for m in range(B):
        h = h0[m]
        for t in range(T):
            (x_r, x_z, x_n), (h_r, h_z, h_n) = (
                (W_xh.T @ x[t, m] + b_x).reshape(3, H),
                (W_hh.T @ h + b_h).reshape(3, H),
            )
            r, z = sigma(x_r + h_r), sigma(x_z + h_z)
            h = (1 - z) * np.tanh(x_n + r * h_n) + z * h
            states[t, m] = h
    return states


@dataclass(frozen=True)
class Recurrence:
    name: str
    arguments: tuple
    oracle: object
    shapes: object

    def draw(self, rng, dtype, *sizes):
        return [rng.normal(scale=0.5, size=shape).astype(dtype) for shape in self.shapes(*sizes)]

    def expected(self, inputs):
        return self.oracle(*(a.astype(float) for a in inputs))

    def forward(self, inputs, backend=None):
        """(states, gates)."""
        return getattr(kernels, self.name)(*inputs, backend=backend)

    def backward(self, g, results, inputs, backend=None):
        weights = self.arguments.index("W_hh") + 1
        return getattr(kernels, f"{self.name}_backward")(g, *results, *inputs[:weights], backend=backend)

    def torch(self, torch, D, H):
        return {"lstm_recurrence": torch.nn.LSTM, "gru_recurrence": torch.nn.GRU}[self.name](
            D, H, dtype=torch.float64
        )


LSTM = Recurrence(
    "lstm_recurrence",
    ("x", "h0", "c0", "W_xh", "W_hh", "b_h"),
    lstm_oracle,
    lambda T, B, D, H: [(T, B, D), (B, H), (B, H), (D, 4 * H), (H, 4 * H), (4 * H,)],
)
GRU = Recurrence(
    "gru_recurrence",
    ("x", "h0", "W_xh", "W_hh", "b_x", "b_h"),
    gru_oracle,
    lambda T, B, D, H: [(T, B, D), (B, H), (D, 3 * H), (H, 3 * H), (3 * H,), (3 * H,)],
)


@pytest.fixture(params=[LSTM, GRU], ids=["LSTM", "GRU"])
def net(request):
    return request.param


def finite_differences(net, g, inputs, step=1e-6):
    """∂⟨g, states⟩/∂input for every input, by central differences of the oracle in float64."""
    inputs = [a.astype(float) for a in inputs]
    gradients = []
    for a in inputs:
        gradient = np.zeros_like(a)
        for place in np.ndindex(a.shape):
            kept = a[place]
            a[place] = kept + step
            above = np.sum(g * net.oracle(*inputs))
            a[place] = kept - step
            below = np.sum(g * net.oracle(*inputs))
            a[place] = kept
            gradient[place] = (above - below) / (2 * step)
        gradients.append(gradient)
    return gradients


def assert_gradients_agree(net, actual, expected, dtype):
    """Central differences err by about step² + eps/step = 1e-9; float32 results by some hundred roundings."""
    tolerance = 1e-7 if dtype == np.float64 else 2e-5
    for name, one, other in zip(net.arguments, actual, expected, strict=True):
        assert one.dtype == dtype, name
        assert one.shape == other.shape, name
        np.testing.assert_allclose(one, other, rtol=tolerance, atol=tolerance, err_msg=name)


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_states_follow_the_recurrence(net, backend, dtype, rng, assert_close, sizes):
    inputs = net.draw(rng, dtype, *sizes)
    states, gates = net.forward(inputs, backend)
    assert_close(states, net.expected(inputs))
    T, B, _, H = sizes
    assert gates.shape == (T, B, 4 * H)
    assert gates.dtype == dtype


def test_the_gates_of_all_backends_are_the_same(net, backend, dtype, rng, assert_close):
    inputs = net.draw(rng, dtype, 4, 3, 2, 5)
    expected = net.forward([a.astype(float) for a in inputs], "loops")[1]
    assert_close(net.forward(inputs, backend)[1], expected)


@pytest.mark.parametrize(("one", "other"), [(0, 1), (1, 2), (0, 2)])
def test_the_claim_above_rejects_gates_in_another_order(net, dtype, rng, assert_close, one, other):
    inputs = net.draw(rng, dtype, 4, 3, 2, 5)
    expected = net.expected(inputs)
    W_hh = inputs[net.arguments.index("W_hh")]
    parts = W_hh.reshape(5, -1, 5)
    parts[:, [one, other]] = parts[:, [other, one]]
    with pytest.raises(AssertionError):
        assert_close(net.forward(inputs)[0], expected)


def test_the_claim_above_rejects_a_reset_gate_before_the_product(dtype, rng, assert_close):
    """tanh(… + W_hn (r ⊙ h)) instead of tanh(… + r ⊙ (W_hn h + b_hn)), the variant of Cho et al.'s text."""
    inputs = GRU.draw(rng, dtype, 1, 3, 2, 5)
    x, h0, W_xh, W_hh, b_x, b_h = inputs
    a, b = x[0] @ W_xh + b_x, h0 @ W_hh + b_h
    r, z = sigma(a[:, :5] + b[:, :5]), sigma(a[:, 5:10] + b[:, 5:10])
    n = np.tanh(a[:, 10:] + (r * h0) @ W_hh[:, 10:] + b_h[10:])
    with pytest.raises(AssertionError):
        assert_close((((1 - z) * n + z * h0)[None]).astype(dtype), GRU.expected(inputs))


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_gradients_are_those_of_finite_differences(net, backend, dtype, rng, sizes):
    inputs = net.draw(rng, dtype, *sizes)
    results = net.forward(inputs, backend)
    g = rng.normal(size=results[0].shape).astype(dtype)
    gradients = net.backward(g, results, inputs, backend)
    assert_gradients_agree(net, gradients, finite_differences(net, g, inputs), dtype)


def test_the_claim_above_rejects_bptt_through_an_untransposed_matrix(net, dtype, rng):
    inputs = net.draw(rng, dtype, 4, 3, 2, 1)
    results = net.forward(inputs)
    g = rng.normal(size=results[0].shape).astype(dtype)
    place = net.arguments.index("W_hh")
    expected = finite_differences(net, g, inputs)
    inputs[place] = np.ascontiguousarray(inputs[place][:, ::-1])  # for H = 1 the other order of the gates
    with pytest.raises(AssertionError):
        assert_gradients_agree(net, net.backward(g, results, inputs), expected, dtype)


def test_values_and_gradients_are_those_of_pytorch(net, backend, rng):
    torch = pytest.importorskip("torch")
    T, B, D, H = 7, 4, 3, 6
    inputs = net.draw(rng, np.float64, T, B, D, H)
    named = dict(zip(net.arguments, inputs, strict=True))
    model = net.torch(torch, D, H)
    with torch.no_grad():
        model.weight_ih_l0.copy_(torch.from_numpy(named["W_xh"].T))
        model.weight_hh_l0.copy_(torch.from_numpy(named["W_hh"].T))
        model.bias_ih_l0.copy_(torch.from_numpy(named.get("b_x", named["b_h"])))
        model.bias_hh_l0.copy_(torch.from_numpy(named["b_h"] if "b_x" in named else 0 * named["b_h"]))
    x, h0, c0 = (
        torch.tensor(named[name], requires_grad=True) if name in named else None for name in ("x", "h0", "c0")
    )
    y, _ = model(x, h0[None] if c0 is None else (h0[None], c0[None]))
    states, gates = net.forward(inputs, backend)
    h = states if c0 is None else states[0]
    np.testing.assert_allclose(h, y.detach().numpy(), rtol=1e-12, atol=1e-12)  # some hundred roundings

    g = np.zeros_like(states)
    g_h = g if c0 is None else g[0]
    g_h[...] = rng.normal(size=h.shape)
    y.backward(torch.from_numpy(g_h))
    theirs = {"x": x, "h0": h0, "c0": c0, "W_xh": model.weight_ih_l0, "W_hh": model.weight_hh_l0}
    theirs |= {"b_x": model.bias_ih_l0, "b_h": model.bias_hh_l0}
    for name, gradient in zip(net.arguments, net.backward(g, (states, gates), inputs, backend), strict=True):
        expected = theirs[name].grad.numpy()
        expected = expected.T if name.startswith("W") else expected
        np.testing.assert_allclose(gradient, expected, rtol=1e-11, atol=1e-11, err_msg=name)


def test_without_steps_the_gradients_are_zero(net, backend, dtype, rng):
    inputs = net.draw(rng, dtype, 0, 3, 2, 5)
    results = net.forward(inputs, backend)
    for gradient in net.backward(results[0], results, inputs, backend):
        np.testing.assert_array_equal(gradient, 0)


def test_memory_layout_does_not_matter_and_inputs_stay_untouched(
    net, backend, dtype, rng, assert_close, relaid
):
    inputs = net.draw(rng, dtype, 4, 3, 2, 5)
    moved = [relaid(a) for a in inputs]
    results = net.forward(moved, backend)
    assert_close(results[0], net.expected(inputs))
    g = rng.normal(size=results[0].shape).astype(dtype)
    plain = net.backward(g, results, inputs, backend)
    again = net.backward(relaid(g), [relaid(a) for a in results], moved, backend)
    for one, other in zip(again, plain, strict=True):
        assert_close(one, other)
    for one, other in zip(moved, inputs, strict=True):
        np.testing.assert_array_equal(one, other)


def test_results_share_no_memory_with_the_inputs(net, backend, dtype, rng):
    inputs = net.draw(rng, dtype, 1, 3, 2, 5)
    results = net.forward(inputs, backend)
    gradients = net.backward(results[0], results, inputs, backend)
    assert not any(np.may_share_memory(a, b) for a in gradients for b in [*inputs, *results])
    assert not any(np.may_share_memory(a, b) for a in results for b in inputs)


def test_nan_stays_in_its_example_and_reaches_all_later_steps(net, backend, dtype, rng):
    inputs = net.draw(rng, dtype, 4, 3, 2, 5)
    inputs[0][1, 2, 0] = np.nan
    expected = np.zeros((4, 3, 5), bool)
    expected[1:, 2] = True
    states, _ = net.forward(inputs, backend)
    np.testing.assert_array_equal(np.isnan(states), np.broadcast_to(expected, states.shape))


def test_nan_in_the_cotangent_reaches_all_earlier_steps(net, backend, dtype, rng):
    inputs = net.draw(rng, dtype, 4, 3, 2, 5)
    results = net.forward(inputs, backend)
    g = np.ones_like(results[0])
    g[..., 2, 1, 0] = np.nan
    gradients = dict(zip(net.arguments, net.backward(g, results, inputs, backend), strict=True))
    expected = np.zeros((4, 3, 2), bool)
    expected[:3, 1] = True
    np.testing.assert_array_equal(np.isnan(gradients["x"]), expected)
    np.testing.assert_array_equal(np.isnan(gradients["h0"]).all(axis=1), [False, True, False])
    assert np.isnan(gradients["W_hh"]).any()


@pytest.mark.parametrize("size", [1e6, np.inf])
def test_gates_saturate_without_overflow(net, backend, dtype, rng, size):
    inputs = net.draw(rng, dtype, 2, 1, 1, 5)
    inputs[0][...] = size
    with np.errstate(all="raise" if np.isfinite(size) else "ignore", under="ignore"):
        states, gates = net.forward(inputs, backend)
    squashed = gates[..., :15]  # without m, or the output gate
    assert np.isin(np.abs(squashed), [0, 1]).all()
    assert np.isfinite(states).all()


@pytest.mark.parametrize("sizes", [(6, 37, 30, 70), (3, 64, 130, 128)], ids=str)
def test_any_number_of_threads_gives_the_same_bits(net, off, threads, dtype, rng, sizes):
    inputs = net.draw(rng, dtype, *sizes)
    for backend in {"numba", "cython"} - set(off):
        results = []
        for n in (1, 2, 3):
            threads(n)
            states, gates = net.forward(inputs, backend)
            results.append([states, gates, *net.backward(states, (states, gates), inputs, backend)])
        for one, two, three in zip(*results, strict=True):
            np.testing.assert_array_equal(two, one)
            np.testing.assert_array_equal(three, one)
