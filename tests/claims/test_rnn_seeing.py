"""Analysis of a recurrent network: its Jacobians through time, its gates, its units and its eigenvalues."""

import numpy as np
import pytest

from scratchgen import rnn
from scratchgen.nn import GRU, LSTM, RNN
from scratchgen.random import Generator
from scratchgen.rnn import Unit, eigenvalues, gates, gradient_norms, interesting_units, saturation
from scratchgen.rnn.analysis.units import correlations
from scratchgen.runs import History

T, D, H = 6, 3, 4
STACKS = {"tanh": RNN, "lstm": LSTM, "gru": GRU}
stacks = pytest.mark.parametrize("stack", STACKS.values(), ids=STACKS)


def network(stack, hidden=H, **options):
    """A stack in float64 with weights of the order of 1, which are not symmetric."""
    net = stack(D, hidden, Generator(0), **options)
    rng = np.random.default_rng(5)
    for p in net.parameters():
        p.data = 0.7 * rng.standard_normal(p.shape)
    return net


def tanh_network(W_hh):
    """h_t = tanh(x_t + h_{t−1} W_hh)."""
    net = RNN(len(W_hh), len(W_hh), Generator(0))
    (layer,) = net.layers
    layer.W_xh.data, layer.W_hh.data, layer.b_h.data = np.eye(len(W_hh)), W_hh, np.zeros(len(W_hh))
    return net


def by_differences(net, x, k, step=1e-6):
    """‖∂h_T/∂s_{T−k}‖ from 2 N runs of the last k steps. Central: an error of step² + 1e-16 / step."""
    t = len(x) - k
    s = net.initial_state(1) if t == 0 else net(x[:t, None])[1].numpy()
    columns = []
    for i in range(s.size):
        shift = step * np.eye(s.size)[i].reshape(s.shape)
        ends = [net(x[t:, None], s + sign * shift)[0].numpy()[-1, 0] for sign in (1, -1)]
        columns.append((ends[0] - ends[1]) / (2 * step))
    return np.linalg.norm(np.array(columns), 2)


# --- the Jacobian through time ----------------------------------------------------------------------------


@pytest.mark.equation("rnn.influence")
@stacks
@pytest.mark.parametrize("layers", [1, 2])
def test_the_norms_agree_with_finite_differences(stack, layers, rng, measured):
    net, x = network(stack, layers=layers), rng.standard_normal((T, D))
    norms = gradient_norms(net, x)
    assert norms.shape == (T + 1,) and norms[0] == 1
    expected = np.array([by_differences(net, x, k) for k in range(1, T + 1)])
    measured(np.abs(norms[1:] - expected), 1e-8 * (1 + expected))


@pytest.mark.equation("rnn.influence")
@pytest.mark.parametrize("planted", ["the tanh is left out", "W_hh is transposed", "the steps change places"])
def test_the_claim_above_rejects_a_product_in_which(planted, rng):
    W, x = rng.standard_normal((H, H)), rng.standard_normal((T, H))
    net = tanh_network(W)
    h = net(x[:, None])[0].numpy()[:, 0]

    def norm(W, h):
        product = np.eye(H)
        for h_t in h:
            product = product @ (W * (1 - h_t**2))
        return np.linalg.norm(product, 2)

    wrong = {
        "the tanh is left out": lambda: norm(W, 0 * h),
        "W_hh is transposed": lambda: norm(W.T, h),
        "the steps change places": lambda: norm(W, h[::-1]),
    }[planted]()
    expected = by_differences(net, x, T)
    assert abs(norm(W, h) / expected - 1) < 1e-6 < 0.05 < abs(wrong / expected - 1)


@pytest.mark.equation("rnn.influence")
@pytest.mark.parametrize("drive", [0.0, 0.3, 3.0])
def test_no_norm_exceeds_the_power_of_the_largest_singular_value(drive, rng, measured):
    W = rng.standard_normal((H, H))
    norms = gradient_norms(tanh_network(W), drive * rng.standard_normal((20, H)))
    bound = np.linalg.norm(W, 2) ** np.arange(21)
    measured(np.maximum(0, norms - bound), 1e-12 * bound)


@pytest.mark.equation("rnn.influence")
@pytest.mark.parametrize("planted", ["the spectral radius", "the mean singular value", "one factor too few"])
def test_the_claim_above_rejects_a_bound_by(planted, rng):
    """At rest the norm is that of a power of W, a non-normal matrix here: ρ(W) = 0.3 < 1 < σ_max(W)."""
    W = np.triu(rng.standard_normal((H, H)), 1) + 0.3 * np.eye(H)
    singular, k = np.linalg.svd(W, compute_uv=False), np.arange(1, 3)
    too_small = {
        "the spectral radius": 0.3**k,
        "the mean singular value": singular.mean() ** k,
        "one factor too few": singular[0] ** (k - 1),
    }[planted]
    norms = gradient_norms(tanh_network(W), np.zeros((2, H)))[1:]
    assert np.any(norms > 1.1 * too_small)


@pytest.mark.equation("rnn.influence")
@pytest.mark.parametrize("w", [0.5, -0.9, 1.0, 1.7])
def test_for_one_unit_at_rest_the_norm_is_the_power_of_its_weight(w, measured):
    norms = gradient_norms(tanh_network(np.array([[w]])), np.zeros((30, 1)))
    expected = abs(w) ** np.arange(31)
    measured(np.abs(norms - expected), 1e-13 * expected)


@pytest.mark.equation("rnn.influence")
def test_a_rotation_at_rest_changes_no_norm(measured):
    rotation, _ = np.linalg.qr(np.random.default_rng(0).standard_normal((H, H)))
    measured(np.abs(gradient_norms(tanh_network(rotation), np.zeros((50, H))) - 1), 1e-13)


def test_an_open_forget_gate_carries_the_memory_and_a_closed_one_does_not():
    """c_t = f c_{t−1} and h_t = ½ tanh(c_t), all else 0: the norm is ½ σ(b_f)^k."""
    kept = {}
    for bias in (6.0, -6.0):
        net = network(LSTM)
        for p in net.parameters():
            p.data = 0 * p.data
        net.layers[0].b_h.data[H : 2 * H] = bias
        kept[bias] = gradient_norms(net, np.zeros((20, D)))[-1]
    for bias, norm in kept.items():
        np.testing.assert_allclose(norm, 0.5 * (1 / (1 + np.exp(-bias))) ** 20, rtol=1e-12)
    assert kept[6.0] > 0.45 and kept[-6.0] < 1e-50


@stacks
def test_a_given_state_is_the_initial_state(stack, rng):
    net, x = network(stack), rng.standard_normal((T, D))
    state = net(x[:3, None])[1].numpy()
    np.testing.assert_allclose(gradient_norms(net, x[3:], state), gradient_norms(net, x)[:4], rtol=1e-12)


def test_a_product_that_overflows_is_infinite_and_one_that_underflows_is_zero():
    W = np.array([[1e30]], np.float32)
    for scale, end in ((1, np.inf), (1e-60, 0)):
        net = tanh_network((scale * W).astype(np.float32))
        for p in net.parameters():
            p.data = p.data.astype(np.float32)
        with np.errstate(all="ignore"):
            assert gradient_norms(net, np.zeros((2, 1), np.float32))[-1] == end


# --- gates ------------------------------------------------------------------------------------------------


def lstm_from_gates(net, x, found):
    """The states that follow from these gates: h of the last layer."""
    for k, layer in enumerate(net.layers):
        h, c = np.zeros((2, H))
        states = []
        for t in range(len(x)):
            g = np.tanh((x[t] @ layer.W_xh.data + h @ layer.W_hh.data + layer.b_h.data)[2 * H : 3 * H])
            c = found["f"][k, t] * c + found["i"][k, t] * g
            h = found["o"][k, t] * np.tanh(c)
            states.append(h)
        x = np.array(states)
    return x


def gru_from_gates(net, x, found):
    for k, layer in enumerate(net.layers):
        h, states, columns = np.zeros(H), [], slice(2 * H, None)
        for t in range(len(x)):
            m = h @ layer.W_hh.data[:, columns] + layer.b_h.data[columns]
            n = np.tanh(x[t] @ layer.W_xh.data[:, columns] + layer.b_x.data[columns] + found["r"][k, t] * m)
            h = (1 - found["z"][k, t]) * n + found["z"][k, t] * h
            states.append(h)
        x = np.array(states)
    return x


GATED = {"lstm": (LSTM, lstm_from_gates, "ifo"), "gru": (GRU, gru_from_gates, "rz")}
gated = pytest.mark.parametrize(("stack", "from_gates", "names"), GATED.values(), ids=GATED)


@gated
@pytest.mark.parametrize("layers", [1, 2])
def test_the_gates_give_the_states_of_the_fused_recurrence(stack, from_gates, names, layers, rng):
    net, x = network(stack, layers=layers), rng.standard_normal((T, D))
    found = gates(net, x)
    assert "".join(found) == names and all(gate.shape == (layers, T, H) for gate in found.values())
    fused = net(x[:, None])[0].numpy()[:, 0]
    np.testing.assert_allclose(from_gates(net, x, found), fused, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(rnn.states(net, x)[-1], fused, rtol=1e-12)


@gated
def test_the_claim_above_rejects_gates_of_the_step_before_or_with_changed_names(
    stack, from_gates, names, rng
):
    net, x = network(stack), rng.standard_normal((T, D))
    found, fused = gates(net, x), net(x[:, None])[0].numpy()[:, 0]
    late = {name: np.roll(gate, 1, axis=1) for name, gate in found.items()}
    changed = dict(zip(found, list(found.values())[::-1], strict=True))
    for wrong in (late, changed):
        assert np.abs(from_gates(net, x, wrong) - fused).max() > 0.05


def test_saturation_is_the_share_of_steps_in_which_a_gate_is_nearly_closed_or_open():
    gate = np.array([[0.05, 0.95], [0.09, 0.91], [0.5, 0.1], [0.95, 0.9]])[None]
    closed, opened = saturation(gate)
    np.testing.assert_array_equal(closed, [[0.5, 0]])
    np.testing.assert_array_equal(opened, [[0.25, 0.5]])


# --- units ------------------------------------------------------------------------------------------------


def test_a_unit_that_counts_is_found_among_others_and_its_correlation_is_one(rng, measured):
    counter = np.tile(np.arange(10.0), 20)
    h = 0.3 * rng.standard_normal((200, 5))
    h[:, 3] = 0.9 - 0.1 * counter
    features = {"noise": rng.standard_normal(200), "position": counter, "constant": np.ones(200)}
    first, *others = interesting_units(h, features)
    assert (first.number, first.feature) == (3, "position") and abs(first.r + 1) < 1e-12
    assert len({unit.number for unit in others} - {3}) == 3
    assert rnn.correlation(h[:50], first, {"position": counter[:50]}) == pytest.approx(-1, abs=1e-12)
    assert {unit.feature for unit in others} <= {"noise", "its own past"}
    expected = [np.corrcoef(h[:, j], counter)[0, 1] for j in range(5)]
    np.testing.assert_allclose(correlations(h, counter), expected, rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("features", [{}, {"a": np.ones(500)}, {"a": np.arange(500.0) % 2}])
def test_without_a_correlated_unit_the_slowest_units_are_taken(features, rng):
    noise = rng.standard_normal(501)
    h = np.stack([noise[1:] + noise[:-1], np.linspace(0, 1, 500), np.ones(500)], axis=1)
    units = slow, quick, still = interesting_units(h, features)
    assert [unit.number for unit in units] == [1, 0, 2]
    assert {unit.feature for unit in units} == {"its own past"}
    assert abs(slow.r - 1) < 1e-12 and still.r == 0
    assert abs(quick.r - np.corrcoef(h[1:, 0], h[:-1, 0])[0, 1]) < 1e-12
    assert [rnn.correlation(h, unit, features) for unit in units] == [unit.r for unit in units]


def test_no_unit_is_chosen_for_two_features():
    a, b = np.array([1.0, 2, 3, 4]), np.array([1.0, 2, 3, 5])
    h = np.stack([a, np.array([1.0, 0, 0, 1])], axis=1)
    assert [unit.number for unit in interesting_units(h, {"a": a, "b": b})] == [0, 1]
    assert interesting_units(h, {"a": a, "b": b}, n=1) == [Unit(0, "a", 1.0)]


def test_features_of_a_text_by_hand():
    text = '  if "a(b" [(\nROM i\n'
    seen = {name: numbers.astype(int).tolist() for name, numbers in rnn.text_features(text).items()}
    assert seen["position in the line"] == [*range(1, 14), 0, *range(1, 6), 0]
    assert seen["indentation"] == [1] + [2] * 12 + [0] * 7
    assert seen["inside quotes"] == [0] * 5 + [1, 1, 1, 1] + [0] * 11
    assert seen["inside brackets"] == [0] * 7 + [1] * 4 + [2, 3] + [0] * 7
    assert seen["capitals"] == [0] * 15 + [1, 1] + [0] * 3


def test_a_symbol_of_several_characters_counts_as_all_of_them():
    features = rnn.text_features(["ab", "c\nde", "f"])
    assert features["position in the line"].tolist() == [2, 2, 3]


# --- eigenvalues ------------------------------------------------------------------------------------------


def test_the_eigenvalues_of_each_gate_are_those_of_its_square_of_the_weights(rng):
    for stack, gates_of in ((RNN, 1), (LSTM, 4), (GRU, 3)):
        net = network(stack, layers=2)
        found = eigenvalues(net)
        assert found.shape == (2, gates_of, H)
        for layer, rows in zip(net.layers, found, strict=True):
            for k, row in enumerate(rows):
                square = layer.W_hh.data[:, k * H : (k + 1) * H]
                for z in row:
                    assert np.linalg.svd(square - z * np.eye(H), compute_uv=False)[-1] < 1e-12


def test_a_rotation_has_its_eigenvalues_on_the_unit_circle_and_powers_follow_the_radius():
    fresh = eigenvalues(RNN(D, 40, Generator(0)))
    np.testing.assert_allclose(np.abs(fresh), 1, atol=1e-5)  # float32 weights
    W = np.random.default_rng(0).standard_normal((12, 12)) / 4
    norms = gradient_norms(tanh_network(W), np.zeros((400, 12)))
    radius = np.abs(eigenvalues(tanh_network(W))).max()
    assert (
        abs((norms[400] / norms[200]) ** (1 / 200) / radius - 1) < 1e-3 < abs(np.linalg.norm(W, 2) - radius)
    )


def test_eigenvalues_are_recorded_before_training_and_after_every_epoch_also_when_it_is_resumed(rng):
    net = network(RNN)

    def history():
        run, recorded = History(), rnn.EigenvalueHistory(net)
        run.observe(eigenvalues=recorded)
        run.track(model=net)
        return run, recorded

    def train(run, n):
        for epoch in run.epochs(n):
            net.layers[0].W_hh.data[...] *= 1 + epoch
            run.log(loss=0)

    (run, recorded), before = history(), eigenvalues(net)
    train(run, 2)
    again, resumed = history()
    again.resume(*run.state())
    train(again, 3)
    assert len(recorded.epochs) == 3 and len(resumed.epochs) == 4
    for epoch, factor in zip(resumed.epochs, (1, 2, 6, 24), strict=True):
        np.testing.assert_allclose(np.sort_complex(epoch), np.sort_complex(factor * before), rtol=1e-10)


@pytest.mark.parametrize("look", [gradient_norms, rnn.states, gates])
def test_a_network_that_reads_in_both_directions_is_refused(look, rng):
    with pytest.raises(ValueError, match="both directions"):
        look(network(LSTM, bidirectional=True), rng.standard_normal((T, D)))


def test_a_network_without_gates_is_refused(rng):
    with pytest.raises(ValueError, match="RNN has no gates"):
        gates(network(RNN), rng.standard_normal((T, D)))
