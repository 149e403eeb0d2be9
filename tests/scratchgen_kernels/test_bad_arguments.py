"""Whatever is passed, a public function returns or raises TypeError or ValueError.

The checks are shared by all kernels (`test_checks.py` tests their variants) and run before any backend. So a refusal
is tested once per kernel and argument, with backends that must not be entered; only the search for arguments that
pass the checks and break a backend runs on every backend.
"""

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


@pytest.fixture(params=[("loops", "numpy", "numba"), ("cython",)], ids=" ".join)
def backends(request, off):
    """The backends of one group that are present; the compiled group runs under the sanitizers."""
    present = [name for name in request.param if name not in off]
    if not present:
        pytest.skip(off[request.param[0]])
    return present


def results(backends, function, *arguments):
    """The results of a call on each backend. The call may be refused, on all of them; it may not crash."""
    found = []
    for backend in backends:
        copies = [a.copy() if isinstance(a, np.ndarray) else a for a in arguments]
        try:
            found.append(function(*copies, backend=backend))
        except (TypeError, ValueError) as error:
            assert str(error)
    assert len(found) in (0, len(backends))
    return found


def mostly_right(*shapes):
    """Arrays of the given shapes, any of which hypothesis may replace by something else."""
    return st.tuples(*(st.one_of(st.just(np.ones(shape)), THINGS) for shape in shapes))


@many
@given(arguments=st.tuples(THINGS, THINGS))
def test_matmul_returns_or_refuses(backends, arguments):
    for c in results(backends, kernels.matmul, *arguments):
        assert c.shape == (arguments[0].shape[0], arguments[1].shape[1])


@many
@given(arguments=mostly_right((2, 3, 4), (3, 5), (4, 5), (5, 5), (5,)))
def test_tanh_recurrence_returns_or_refuses(backends, arguments):
    for h in results(backends, kernels.tanh_recurrence, *arguments):
        x, h0 = arguments[:2]
        assert h.shape == (x.shape[0], *h0.shape)


@many
@given(arguments=mostly_right((2, 3, 5), (2, 3, 5), (2, 3, 4), (3, 5), (4, 5), (5, 5)))
def test_tanh_recurrence_backward_returns_or_refuses(backends, arguments):
    for gradients in results(backends, kernels.tanh_recurrence_backward, *arguments):
        _, _, *inputs, W_hh = arguments
        assert [g.shape for g in gradients] == [*(a.shape for a in inputs), W_hh.shape, W_hh.shape[1:]]


@many
@given(arguments=mostly_right((2, 3, 4), (3, 5), (3, 5), (4, 20), (5, 20), (20,)))
def test_lstm_recurrence_returns_or_refuses(backends, arguments):
    for states, gates in results(backends, kernels.lstm_recurrence, *arguments):
        x, h0 = arguments[:2]
        assert states.shape == (2, len(x), *h0.shape)
        assert gates.shape == (*x.shape[:2], 4 * h0.shape[1])


@many
@given(
    arguments=mostly_right(
        (2, 2, 3, 5), (2, 2, 3, 5), (2, 3, 20), (2, 3, 4), (3, 5), (3, 5), (4, 20), (5, 20)
    )
)
def test_lstm_recurrence_backward_returns_or_refuses(backends, arguments):
    for gradients in results(backends, kernels.lstm_recurrence_backward, *arguments):
        inputs = arguments[3:]
        assert [g.shape for g in gradients] == [*(a.shape for a in inputs), inputs[-1].shape[1:]]


@many
@given(arguments=mostly_right((2, 3, 4), (3, 5), (4, 15), (5, 15), (15,), (15,)))
def test_gru_recurrence_returns_or_refuses(backends, arguments):
    for h, gates in results(backends, kernels.gru_recurrence, *arguments):
        x, h0 = arguments[:2]
        assert h.shape == (len(x), *h0.shape)
        assert gates.shape == (*x.shape[:2], 4 * h0.shape[1])


@many
@given(arguments=mostly_right((2, 3, 5), (2, 3, 5), (2, 3, 20), (2, 3, 4), (3, 5), (4, 15), (5, 15)))
def test_gru_recurrence_backward_returns_or_refuses(backends, arguments):
    for gradients in results(backends, kernels.gru_recurrence_backward, *arguments):
        inputs = arguments[3:]
        assert [g.shape for g in gradients] == [*(a.shape for a in inputs), *(2 * [inputs[-1].shape[1:]])]


@many
@given(arguments=mostly_right((2, 3), (2, 3)), key=INTEGERS, counter=INTEGERS)
def test_reparameterize_returns_or_refuses(backends, arguments, key, counter):
    samples = results(backends, kernels.reparameterize, *arguments, key, counter)
    gradients = results(backends, kernels.reparameterize_backward, *arguments, key, counter)
    for result in (*samples, *(g for pair in gradients for g in pair)):
        assert result.shape == arguments[0].shape


@many
@given(argument=THINGS)
def test_vector_math_returns_or_refuses(backends, argument):
    with np.errstate(all="ignore"):
        for function in (kernels.exp, kernels.log, kernels.tanh, kernels.sincos_turns):
            for result in results(backends, function, argument):
                assert np.shape(result)[-argument.ndim :] == argument.shape or argument.ndim == 0


@many
@given(arguments=mostly_right((2,), (2, 3), (2, 3)))
def test_bernoulli_cross_entropy_returns_or_refuses(backends, arguments):
    g, logits, x = arguments
    for losses in results(backends, kernels.bernoulli_cross_entropy, logits, x):
        assert losses.shape == logits.shape[:-1]
    for g_logits in results(backends, kernels.bernoulli_cross_entropy_backward, g, logits, x):
        assert g_logits.shape == logits.shape


TARGETS = st.lists(st.integers(-2, 4), max_size=3).map(np.array) | st.just(np.zeros(2, int)) | THINGS


@many
@given(arguments=mostly_right((2,), (2, 3)), targets=TARGETS)
def test_softmax_cross_entropy_returns_or_refuses(backends, arguments, targets):
    g, logits = arguments
    for losses in results(backends, kernels.softmax_cross_entropy, logits, targets):
        assert losses.shape == logits.shape[:-1]
    for g_logits in results(backends, kernels.softmax_cross_entropy_backward, g, logits, targets):
        assert g_logits.shape == logits.shape


@many
@given(arguments=mostly_right((2, 3), (3,), (2, 3)), name=st.sampled_from(["tanh", "relu", "gelu", None, 3]))
def test_bias_activation_returns_or_refuses(backends, arguments, name):
    x, b, g = arguments
    for y in results(backends, kernels.bias_activation, x, b, name):
        assert y.shape == x.shape
    for g_x, _ in results(backends, kernels.bias_activation_backward, g, x, name):
        assert g_x.shape == x.shape


@many
@given(
    arguments=mostly_right((2, 3), (2, 3), (2, 3), (2, 3)), t=INTEGERS | st.just(1), learning_rate=INTEGERS
)
def test_adam_steps_or_refuses(backends, arguments, t, learning_rate):
    results(backends, kernels.adam, *arguments, t, learning_rate)


@many
@given(key=INTEGERS, counter=INTEGERS, shape=THINGS | SHAPES | INTEGERS, dtype=DTYPES | st.just("nonsense"))
def test_noise_returns_or_refuses(backends, key, counter, shape, dtype):
    if not isinstance(shape, int) or not 0 <= shape < 2**63:  # a size that exists, but not in this memory
        results(backends, kernels.standard_normal, key, counter, shape, dtype)
    assert not results(backends, kernels.random_bits, key, counter, -1)


ARRAYS = {
    name: [np.ones(shape, F) for shape in shapes]
    for name, shapes in {
        "matmul": [(2, 3), (3, 4)],
        "tanh_recurrence": [(2, 3, 4), (3, 5), (4, 5), (5, 5), (5,)],
        "tanh_recurrence_backward": [(2, 3, 5), (2, 3, 5), (2, 3, 4), (3, 5), (4, 5), (5, 5)],
        "lstm_recurrence": [(2, 3, 4), (3, 5), (3, 5), (4, 20), (5, 20), (20,)],
        "lstm_recurrence_backward": [
            *[(2, 2, 3, 5), (2, 2, 3, 5), (2, 3, 20), (2, 3, 4), (3, 5), (3, 5), (4, 20), (5, 20)]
        ],
        "gru_recurrence": [(2, 3, 4), (3, 5), (4, 15), (5, 15), (15,), (15,)],
        "gru_recurrence_backward": [(2, 3, 5), (2, 3, 5), (2, 3, 20), (2, 3, 4), (3, 5), (4, 15), (5, 15)],
        "reparameterize": [(2, 3), (2, 3)],
        "reparameterize_backward": [(2, 3), (2, 3)],
        "bernoulli_cross_entropy": [(2, 3), (2, 3)],
        "bernoulli_cross_entropy_backward": [(2,), (2, 3), (2, 3)],
        "softmax_cross_entropy": [(2, 3)],
        "softmax_cross_entropy_backward": [(2,), (2, 3)],
        "bias_activation": [(2, 3), (3,)],
        "bias_activation_backward": [(2, 3), (2, 3)],
        "adam": [(2, 3), (2, 3), (2, 3), (2, 3)],
        "exp": [(2, 3)],
        "log": [(2, 3)],
        "tanh": [(2, 3)],
        "sincos_turns": [(2, 3)],
        "standard_normal": [],
        "random_bits": [],
    }.items()
}
CLASSES = np.zeros(2, int)
OTHER_ARGUMENTS = {  # those after the float arrays
    "reparameterize": [1, 2],
    "reparameterize_backward": [1, 2],
    "softmax_cross_entropy": [CLASSES],
    "softmax_cross_entropy_backward": [CLASSES],
    "bias_activation": ["tanh"],
    "bias_activation_backward": ["tanh"],
    "adam": [1],
    "standard_normal": [1, 2, 3],
    "random_bits": [1, 2, 3],
}
PLACES = [(name, place) for name, arrays in ARRAYS.items() for place in range(len(arrays))]

# Arguments that may lack their first axes: pixels shared by several samples, and a single row.
SHORTENABLE_PLACES = {
    ("bernoulli_cross_entropy", 1),
    ("bernoulli_cross_entropy_backward", 2),
    ("bias_activation", 0),
}
KERNELS_OF_ANY_SHAPE = {"exp", "log", "tanh", "sincos_turns"}


def call(name, place=None, value=None):
    """The kernel with right arguments, of which the one at `place` is replaced by `value`."""
    arguments = list(ARRAYS[name])
    if place is not None:
        arguments[place] = value
    return getattr(kernels, name)(*arguments, *OTHER_ARGUMENTS.get(name, ()))


def test_every_public_kernel_is_tested_here():
    names = {name for name, _ in kernels.implementations("numpy") if hasattr(kernels, name)}
    assert names | KERNELS_OF_ANY_SHAPE == ARRAYS.keys()


@pytest.mark.parametrize("name", ARRAYS)
def test_right_arguments_reach_a_backend(no_backend, name):
    """The counter-example to the refusals below, each of which must come before any backend is entered."""
    with pytest.raises(no_backend):
        call(name)


@pytest.mark.parametrize(("name", "place"), PLACES)
def test_a_wrong_kind_of_array_is_a_type_error_that_names_the_kernel(no_backend, name, place):
    right = ARRAYS[name][place]
    others = [right.astype(np.float64)] if len(ARRAYS[name]) > 1 else []
    for value in (right.astype(int), right.astype(">f4"), np.ma.masked_array(right), right.tolist(), *others):
        with pytest.raises(TypeError, match=f"^{name}: "):
            call(name, place, value)


@pytest.mark.parametrize(
    ("name", "place"), [place for place in PLACES if place[0] not in KERNELS_OF_ANY_SHAPE]
)
def test_a_wrong_shape_is_a_value_error_that_names_the_kernel(no_backend, name, place):
    right = ARRAYS[name][place]
    values = [right[..., None], np.ones([n + 6 for n in right.shape], F)]
    if (name, place) not in SHORTENABLE_PLACES:
        values.append(np.asarray(right[0], F))
    for value in values:
        with pytest.raises(ValueError, match=f"^{name}: "):
            call(name, place, value)


@pytest.mark.parametrize("dtype", [None, "nonsense", "f2", int])
def test_noise_of_another_dtype_is_refused(no_backend, dtype):
    with pytest.raises(TypeError, match="dtype must be float32 or float64"):
        kernels.standard_normal(0, 0, 3, dtype)


def test_the_message_says_what_came_and_what_was_expected():
    with pytest.raises(ValueError, match=r"matmul: b must have shape \(K, N\) = \(3, 4\), got .*\(2, 4\)"):
        kernels.matmul(np.ones((2, 3)), np.ones((2, 4)))
    with pytest.raises(TypeError, match=r"matmul: a must have dtype float32 or float64, got .*int64"):
        kernels.matmul(np.ones((2, 3), np.int64), np.ones((3, 4)))
    with pytest.raises(TypeError, match=r"same dtype, but a is float64, b is float32"):
        kernels.matmul(np.ones((2, 3)), np.ones((3, 4), F))


ONE = np.ones(1)
STREAM_CALLS = {
    "random_bits": lambda key, counter: kernels.random_bits(key, counter, 1),
    "standard_normal": lambda key, counter: kernels.standard_normal(key, counter, 1),
    "reparameterize": lambda key, counter: kernels.reparameterize(ONE, ONE, key, counter),
    "reparameterize_backward": lambda key, counter: kernels.reparameterize_backward(ONE, ONE, key, counter),
}


@pytest.mark.parametrize("name", STREAM_CALLS)
def test_keys_and_counters_are_integers_of_64_bits(no_backend, name):
    for wrong in (-1, 2**64):
        with pytest.raises(ValueError, match=rf"{name}: key must lie in \[0, 2\*\*64\)"):
            STREAM_CALLS[name](wrong, 0)
        with pytest.raises(ValueError, match=rf"{name}: counter must lie in \[0, 2\*\*64\)"):
            STREAM_CALLS[name](0, wrong)
    with pytest.raises(TypeError, match=f"{name}: key must be an integer"):
        STREAM_CALLS[name](1.0, 0)
    with pytest.raises(TypeError, match=f"{name}: counter must be an integer"):
        STREAM_CALLS[name](0, True)


def test_the_words_of_a_block_are_integers_of_32_bits(no_backend):
    for counter, key in [((0, 0, 0, 2**32), (0, 0)), ((0, 0, 0, 0), (-1, 0)), ((0, 0, 0), (0, 0))]:
        with pytest.raises(ValueError, match="philox4x32: "):
            philox4x32(counter, key)


def test_a_size_that_no_array_can_have_is_refused(no_backend):
    for shape in (2**62, (2**40, 0, 2**40)):
        with pytest.raises(ValueError, match="too large"):
            kernels.standard_normal(0, 0, shape)
    with pytest.raises(ValueError, match="too large"):
        kernels.random_bits(0, 0, 2**62)
    with pytest.raises(ValueError, match="too large"):
        kernels.matmul(np.empty((2**31, 0)), np.empty((0, 2**31)))


@pytest.mark.parametrize(("name", "gates"), [("tanh", 1), ("lstm", 4), ("gru", 3)])
def test_states_that_no_array_can_hold_are_refused(no_backend, name, gates):
    """2⁶⁰ steps of an empty input fit into an array; the same number of steps of four units does not."""
    shapes = [(2**60, 1, 0), (1, 4), (0, 4 * gates), (4, 4 * gates), (4 * gates,)]
    x, h0, W_xh, W_hh, b = (np.zeros(shape, F) for shape in shapes)
    arguments = {
        "tanh": (x, h0, W_xh, W_hh, b),
        "lstm": (x, h0, h0, W_xh, W_hh, b),
        "gru": (x, h0, W_xh, W_hh, b, b),
    }
    with pytest.raises(ValueError, match="too large"):
        getattr(kernels, f"{name}_recurrence")(*arguments[name])


def test_a_numpy_integer_is_an_integer(backend):
    key = np.uint64(2**64 - 1)
    words = kernels.random_bits(key, np.int64(3), np.int32(5), backend=backend)
    np.testing.assert_array_equal(words, kernels.random_bits(2**64 - 1, 3, 5))


def test_noise_reaches_the_end_of_the_stream_and_is_refused_past_it(backend):
    two = np.ones(2)
    for function in (kernels.reparameterize, kernels.reparameterize_backward):
        function(two, two, 0, 2**64 - 2, backend=backend)
        with pytest.raises(ValueError, match=r"counter \+ n"):
            function(two, two, 0, 2**64 - 1, backend=backend)


@pytest.mark.parametrize("name", ARRAYS)
def test_an_unknown_backend_is_refused_by_every_function(name):
    arguments = [*ARRAYS[name], *OTHER_ARGUMENTS.get(name, ())]
    with pytest.raises(ValueError, match=r"fortran.*loops, numpy, numba, cython, auto"):
        getattr(kernels, name)(*arguments, backend="fortran")
