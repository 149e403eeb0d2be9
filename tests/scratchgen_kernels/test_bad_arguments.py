"""Whatever is passed, a public function returns or raises TypeError or ValueError: on every backend."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import scratchgen_kernels as kernels
from scratchgen_kernels.normal_noise import philox4x32

F = np.float32
SHAPES = st.lists(st.integers(0, 3), max_size=4).map(tuple)
DTYPES = st.sampled_from(["f4", "f8", "f4", "f8", "f2", "i8", "?", "c16", ">f8", "O", "U3", "M8[s]", "g"])
ARRAYS = st.builds(np.zeros, SHAPES, st.sampled_from(["f4", "f8"]))
THINGS = st.one_of(
    ARRAYS,
    st.builds(np.zeros, SHAPES, DTYPES),
    st.none() | st.integers() | st.floats() | st.text(max_size=3) | st.lists(st.floats(), max_size=3),
)
INTEGERS = st.integers(-(2**65), 2**65) | st.floats() | st.none() | st.booleans() | st.text(max_size=2)
many = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def survives(function, *arguments, **options):
    """Call it. It may refuse; it may not crash or raise anything else."""
    try:
        return function(*arguments, **options)
    except (TypeError, ValueError) as error:
        assert str(error)
        return None


def mostly_right(*shapes):
    """Arrays of the given shapes, of which hypothesis may exchange any for something else."""
    return st.tuples(*(st.one_of(st.just(np.ones(shape)), THINGS) for shape in shapes))


@many
@given(arguments=st.tuples(THINGS, THINGS))
def test_matmul_returns_or_refuses(backend, arguments):
    result = survives(kernels.matmul, *arguments, backend=backend)
    if result is not None:
        assert result.shape == (arguments[0].shape[0], arguments[1].shape[1])


@many
@given(arguments=mostly_right((2, 3, 4), (3, 5), (4, 5), (5, 5), (5,)))
def test_tanh_recurrence_returns_or_refuses(backend, arguments):
    h = survives(kernels.tanh_recurrence, *arguments, backend=backend)
    if h is not None:
        x, h0 = arguments[:2]
        assert h.shape == (x.shape[0], *h0.shape)


@many
@given(arguments=mostly_right((2, 3, 5), (2, 3, 5), (2, 3, 4), (3, 5), (4, 5), (5, 5)))
def test_tanh_recurrence_backward_returns_or_refuses(backend, arguments):
    gradients = survives(kernels.tanh_recurrence_backward, *arguments, backend=backend)
    if gradients is not None:
        _, _, *of, W_hh = arguments
        assert [g.shape for g in gradients] == [*(a.shape for a in of), W_hh.shape, W_hh.shape[1:]]


@many
@given(arguments=mostly_right((2, 3, 4), (3, 5), (3, 5), (4, 20), (5, 20), (20,)))
def test_lstm_recurrence_returns_or_refuses(backend, arguments):
    result = survives(kernels.lstm_recurrence, *arguments, backend=backend)
    if result is not None:
        x, h0 = arguments[:2]
        states, gates = result
        assert states.shape == (2, len(x), *h0.shape)
        assert gates.shape == (*x.shape[:2], 4 * h0.shape[1])


@many
@given(
    arguments=mostly_right(
        (2, 2, 3, 5), (2, 2, 3, 5), (2, 3, 20), (2, 3, 4), (3, 5), (3, 5), (4, 20), (5, 20)
    )
)
def test_lstm_recurrence_backward_returns_or_refuses(backend, arguments):
    gradients = survives(kernels.lstm_recurrence_backward, *arguments, backend=backend)
    if gradients is not None:
        of = arguments[3:]
        assert [g.shape for g in gradients] == [*(a.shape for a in of), of[-1].shape[1:]]


@many
@given(arguments=mostly_right((2, 3, 4), (3, 5), (4, 15), (5, 15), (15,), (15,)))
def test_gru_recurrence_returns_or_refuses(backend, arguments):
    result = survives(kernels.gru_recurrence, *arguments, backend=backend)
    if result is not None:
        x, h0 = arguments[:2]
        h, gates = result
        assert h.shape == (len(x), *h0.shape)
        assert gates.shape == (*x.shape[:2], 4 * h0.shape[1])


@many
@given(arguments=mostly_right((2, 3, 5), (2, 3, 5), (2, 3, 20), (2, 3, 4), (3, 5), (4, 15), (5, 15)))
def test_gru_recurrence_backward_returns_or_refuses(backend, arguments):
    gradients = survives(kernels.gru_recurrence_backward, *arguments, backend=backend)
    if gradients is not None:
        of = arguments[3:]
        assert [g.shape for g in gradients] == [*(a.shape for a in of), *(2 * [of[-1].shape[1:]])]


@many
@given(arguments=mostly_right((2, 3), (2, 3)), key=INTEGERS, counter=INTEGERS)
def test_reparameterize_returns_or_refuses(backend, arguments, key, counter):
    z = survives(kernels.reparameterize, *arguments, key, counter, backend=backend)
    gradients = survives(kernels.reparameterize_backward, *arguments, key, counter, backend=backend)
    assert all(result.shape == arguments[0].shape for result in (z, *(gradients or ())) if result is not None)


@many
@given(argument=THINGS)
def test_vector_math_returns_or_refuses(backend, argument):
    with np.errstate(all="ignore"):
        for function in (kernels.exp, kernels.log, kernels.tanh, kernels.sincos_turns):
            result = survives(function, argument, backend=backend)
            assert (
                result is None or np.shape(result)[-argument.ndim :] == argument.shape or argument.ndim == 0
            )


@many
@given(arguments=mostly_right((2,), (2, 3), (2, 3)))
def test_bernoulli_cross_entropy_returns_or_refuses(backend, arguments):
    g, logits, x = arguments
    losses = survives(kernels.bernoulli_cross_entropy, logits, x, backend=backend)
    assert losses is None or losses.shape == logits.shape[:-1]
    g_logits = survives(kernels.bernoulli_cross_entropy_backward, g, logits, x, backend=backend)
    assert g_logits is None or g_logits.shape == logits.shape


TARGETS = st.lists(st.integers(-2, 4), max_size=3).map(np.array) | st.just(np.zeros(2, int)) | THINGS


@many
@given(arguments=mostly_right((2,), (2, 3)), targets=TARGETS)
def test_softmax_cross_entropy_returns_or_refuses(backend, arguments, targets):
    g, logits = arguments
    losses = survives(kernels.softmax_cross_entropy, logits, targets, backend=backend)
    assert losses is None or losses.shape == logits.shape[:-1]
    g_logits = survives(kernels.softmax_cross_entropy_backward, g, logits, targets, backend=backend)
    assert g_logits is None or g_logits.shape == logits.shape


@many
@given(arguments=mostly_right((2, 3), (3,), (2, 3)), name=st.sampled_from(["tanh", "relu", "gelu", None, 3]))
def test_bias_activation_returns_or_refuses(backend, arguments, name):
    x, b, g = arguments
    y = survives(kernels.bias_activation, x, b, name, backend=backend)
    assert y is None or y.shape == x.shape
    gradients = survives(kernels.bias_activation_backward, g, x, name, backend=backend)
    assert gradients is None or gradients[0].shape == x.shape


@many
@given(arguments=mostly_right((2, 3), (2, 3), (2, 3), (2, 3)), t=INTEGERS | st.just(1), alpha=INTEGERS)
def test_adam_steps_or_refuses(backend, arguments, t, alpha):
    arguments = [a.copy() if isinstance(a, np.ndarray) else a for a in arguments]
    survives(kernels.adam, *arguments, t, alpha, backend=backend)


@many
@given(key=INTEGERS, counter=INTEGERS, shape=THINGS | SHAPES | INTEGERS, dtype=DTYPES | st.just("nonsense"))
def test_noise_returns_or_refuses(backend, key, counter, shape, dtype):
    if not isinstance(shape, int) or not 0 <= shape < 2**63:  # a size that exists, but not in this memory
        survives(kernels.standard_normal, key, counter, shape, dtype, backend=backend)
    assert survives(kernels.random_bits, key, counter, -1, backend=backend) is None


@pytest.mark.parametrize("dtype", [None, "nonsense", "f2", int])
def test_noise_of_another_dtype_is_refused(backend, dtype):
    with pytest.raises(TypeError, match="dtype must be float32 or float64"):
        kernels.standard_normal(0, 0, 3, dtype, backend=backend)


RIGHT = {
    "matmul": [np.ones((2, 3), F), np.ones((3, 4), F)],
    "tanh_recurrence": [np.ones(s, F) for s in [(2, 3, 4), (3, 5), (4, 5), (5, 5), (5,)]],
    "tanh_recurrence_backward": [
        np.ones(s, F) for s in [(2, 3, 5), (2, 3, 5), (2, 3, 4), (3, 5), (4, 5), (5, 5)]
    ],
    "lstm_recurrence": [np.ones(s, F) for s in [(2, 3, 4), (3, 5), (3, 5), (4, 20), (5, 20), (20,)]],
    "lstm_recurrence_backward": [
        np.ones(s, F)
        for s in [(2, 2, 3, 5), (2, 2, 3, 5), (2, 3, 20), (2, 3, 4), (3, 5), (3, 5), (4, 20), (5, 20)]
    ],
    "gru_recurrence": [np.ones(s, F) for s in [(2, 3, 4), (3, 5), (4, 15), (5, 15), (15,), (15,)]],
    "gru_recurrence_backward": [
        np.ones(s, F) for s in [(2, 3, 5), (2, 3, 5), (2, 3, 20), (2, 3, 4), (3, 5), (4, 15), (5, 15)]
    ],
    "reparameterize": [np.ones((2, 3), F), np.ones((2, 3), F), 1, 2],
    "reparameterize_backward": [np.ones((2, 3), F), np.ones((2, 3), F), 1, 2],
    "bernoulli_cross_entropy": [np.ones((2, 3), F), np.ones((2, 3), F)],
    "bernoulli_cross_entropy_backward": [np.ones(2, F), np.ones((2, 3), F), np.ones((2, 3), F)],
    "bias_activation": [np.ones((2, 3), F), np.ones(3, F), "tanh"],
    "bias_activation_backward": [np.ones((2, 3), F), np.ones((2, 3), F), "tanh"],
    "adam": [*(np.ones((2, 3), F) for _ in range(4)), 1],
}
PLACES = [
    (name, place)
    for name, inputs in RIGHT.items()
    for place, value in enumerate(inputs)
    if isinstance(value, np.ndarray)
]


def exchange(name, place, value):
    arguments = list(RIGHT[name])
    arguments[place] = value
    return arguments


@pytest.mark.parametrize(("name", "place"), PLACES)
@pytest.mark.parametrize(
    "spoil",
    [
        lambda a: a.astype(int),
        lambda a: a.astype(object),
        lambda a: a.astype(np.float64),
        lambda a: a.astype(">f4"),
        lambda a: np.ma.masked_array(a),
        lambda a: a.tolist(),
    ],
    ids=["integer", "object", "another float", "big-endian", "masked", "list"],
)
def test_a_wrong_kind_of_array_is_a_type_error_that_names_it(backend, name, place, spoil):
    value = spoil(RIGHT[name][place])
    with pytest.raises(TypeError, match=name):
        getattr(kernels, name)(*exchange(name, place, value), backend=backend)


# Arguments that may lack their first axes: pixels shared by several samples, and a single row.
MAY_BE_SHORT = {
    ("bernoulli_cross_entropy", 1),
    ("bernoulli_cross_entropy_backward", 2),
    ("bias_activation", 0),
}


@pytest.mark.parametrize(
    ("name", "place", "spoil"),
    [
        pytest.param(name, place, spoil, id=f"{name}-{place}-{what}")
        for name, place in PLACES
        for what, spoil in {
            "one axis more": lambda a: a[..., None],
            "one axis less": lambda a: a[0],
            "other lengths": lambda a: np.ones([n + 6 for n in a.shape], F),
        }.items()
        if what != "one axis less" or (name, place) not in MAY_BE_SHORT
    ],
)
def test_a_wrong_shape_is_a_value_error_that_names_the_function(backend, name, place, spoil):
    value = np.asarray(spoil(RIGHT[name][place]), F)
    with pytest.raises(ValueError, match=name):
        getattr(kernels, name)(*exchange(name, place, value), backend=backend)


def test_the_message_says_what_came_and_what_was_expected():
    with pytest.raises(ValueError, match=r"matmul: b must have shape \(K, N\) = \(3, 4\), got .*\(2, 4\)"):
        kernels.matmul(np.ones((2, 3)), np.ones((2, 4)))
    with pytest.raises(TypeError, match=r"matmul: a must have dtype float32 or float64, got .*int64"):
        kernels.matmul(np.ones((2, 3), np.int64), np.ones((3, 4)))
    with pytest.raises(TypeError, match=r"same dtype, but a is float64, b is float32"):
        kernels.matmul(np.ones((2, 3)), np.ones((3, 4), F))


@pytest.mark.parametrize("number", [-1, 2**64])
def test_keys_and_counters_lie_in_64_bits(backend, number):
    one = np.ones(1)
    for call in [
        lambda: kernels.random_bits(number, 0, 1, backend=backend),
        lambda: kernels.random_bits(0, number, 1, backend=backend),
        lambda: kernels.standard_normal(number, 0, 1, backend=backend),
        lambda: kernels.standard_normal(0, 0, number, backend=backend),
        lambda: kernels.reparameterize(one, one, number, 0, backend=backend),
        lambda: kernels.reparameterize_backward(one, one, 0, number, backend=backend),
        lambda: philox4x32((0, 0, 0, number), (0, 0), backend=backend),
    ]:
        with pytest.raises(ValueError, match=r"2\*\*|too large"):
            call()


@pytest.mark.parametrize("number", [1.0, "1", None, True, np.ones(1, int)])
def test_keys_and_counters_are_integers(backend, number):
    with pytest.raises(TypeError, match="key must be an integer"):
        kernels.standard_normal(number, 0, 1, backend=backend)
    with pytest.raises(TypeError, match="counter must be an integer"):
        kernels.random_bits(0, number, 1, backend=backend)


def test_a_numpy_integer_is_an_integer(backend):
    key = np.uint64(2**64 - 1)
    words = kernels.random_bits(key, np.int64(3), np.int32(5), backend=backend)
    np.testing.assert_array_equal(words, kernels.random_bits(2**64 - 1, 3, 5))


def test_noise_past_the_end_of_the_stream_is_refused(backend):
    one = np.ones(2)
    for function in (kernels.reparameterize, kernels.reparameterize_backward):
        function(one, one, 0, 2**64 - 2, backend=backend)
        with pytest.raises(ValueError, match=r"counter \+ n"):
            function(one, one, 0, 2**64 - 1, backend=backend)


@pytest.mark.parametrize(("name", "gates"), [("tanh", 1), ("lstm", 4), ("gru", 3)])
def test_states_that_no_array_can_hold_are_refused(backend, name, gates):
    """2⁶⁰ steps of an empty input fit into an array, as many steps of four units do not."""
    shapes = [(2**60, 1, 0), (1, 4), (0, 4 * gates), (4, 4 * gates), (4 * gates,)]
    x, h0, W_xh, W_hh, b = (np.zeros(shape, F) for shape in shapes)
    arguments = {
        "tanh": (x, h0, W_xh, W_hh, b),
        "lstm": (x, h0, h0, W_xh, W_hh, b),
        "gru": (x, h0, W_xh, W_hh, b, b),
    }
    with pytest.raises(ValueError, match="too large"):
        getattr(kernels, f"{name}_recurrence")(*arguments[name], backend=backend)


@pytest.mark.parametrize("shape", [2**62, (2**40, 2**40), (2**40, 0, 2**40)], ids=str)
def test_a_shape_that_no_array_can_have_is_refused(backend, shape):
    with pytest.raises(ValueError, match="too large"):
        kernels.standard_normal(0, 0, shape, backend=backend)


@pytest.mark.parametrize("name", [*RIGHT])
def test_an_unknown_backend_is_refused_by_every_function(name):
    with pytest.raises(ValueError, match=r"fortran.*loops, numpy, numba, cython, auto"):
        getattr(kernels, name)(*RIGHT[name], backend="fortran")
