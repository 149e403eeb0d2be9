"""The checks of arguments, each in all its variants. `test_bad_arguments.py` shows that every kernel applies them."""

import numpy as np
import pytest

from scratchgen_kernels import checks

GOOD = np.ones((2, 3), np.float32)
NOT_FLOAT_ARRAYS = {
    "integer": GOOD.astype(int),
    "boolean": GOOD.astype(bool),
    "half": GOOD.astype(np.float16),
    "extended": GOOD.astype(np.longdouble),
    "complex": GOOD.astype(complex),
    "object": GOOD.astype(object),
    "string": GOOD.astype(str),
    "big-endian": GOOD.astype(">f4"),
    "masked": np.ma.masked_array(GOOD),
    "list": GOOD.tolist(),
    "number": 1.0,
    "text": "ones",
    "nothing": None,
}


@pytest.mark.parametrize("kind", NOT_FLOAT_ARRAYS)
def test_a_wrong_kind_of_array_is_a_type_error_that_names_kernel_and_argument(kind):
    value = NOT_FLOAT_ARRAYS[kind]
    with pytest.raises(TypeError, match=r"kernel: a must .*float32 or float64, got "):
        checks.float_array("kernel", "a", value)
    assert not checks.alike(value) and not checks.alike(GOOD, value)


@pytest.mark.parametrize("rank", [0, 1, 3])
def test_a_wrong_rank_is_a_value_error_that_names_kernel_and_argument(rank):
    with pytest.raises(ValueError, match=rf"kernel: a must have {rank} dimensions, got .*\(2, 3\)"):
        checks.float_array("kernel", "a", GOOD, rank=rank)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_right_array_passes_as_it_is(dtype):
    array = GOOD.astype(dtype)
    assert checks.float_array("kernel", "a", array, rank=2) is array
    assert checks.alike(array, array)


def test_any_layout_becomes_the_same_numbers_in_c_order(relaid):
    a = np.arange(6.0).reshape(2, 3)
    moved = relaid(a)
    result = checks.float_array("kernel", "a", moved, rank=2)
    assert type(result) is np.ndarray and result.flags.c_contiguous and result.flags.aligned
    np.testing.assert_array_equal(result, a)
    np.testing.assert_array_equal(moved, a)
    assert checks.float_array("kernel", "a", moved, any_layout=True) is moved


def test_two_dtypes_are_a_type_error_that_names_both():
    checks.same_dtype("kernel", a=GOOD, b=GOOD)
    with pytest.raises(TypeError, match=r"kernel: .*same dtype, but a is float32, b is float64"):
        checks.same_dtype("kernel", a=GOOD, b=GOOD.astype(float))
    assert not checks.alike(GOOD, GOOD.astype(float))


@pytest.mark.parametrize("shape", [(3, 2), (2,), (2, 3, 1), ()], ids=str)
def test_another_shape_is_a_value_error_that_gives_both(shape):
    checks.has_shape("kernel", "a", GOOD, (2, 3), "(B, H)")
    with pytest.raises(ValueError, match=r"kernel: a must have shape \(B, H\) = .*, got .*\(2, 3\)"):
        checks.has_shape("kernel", "a", GOOD, shape, "(B, H)")


@pytest.mark.parametrize("value", [1.0, "1", None, True, np.ones(1, int), np.True_], ids=repr)
def test_a_key_that_is_no_integer_is_a_type_error(value):
    with pytest.raises(TypeError, match="kernel: key must be an integer, got "):
        checks.integer("kernel", "key", value)


@pytest.mark.parametrize("value", [-1, 2**64, np.int64(-1)], ids=repr)
def test_a_key_outside_64_bits_is_a_value_error(value):
    with pytest.raises(ValueError, match=r"kernel: key must lie in \[0, 2\*\*64\)"):
        checks.integer("kernel", "key", value)


@pytest.mark.parametrize("value", [0, 2**64 - 1, np.uint64(2**64 - 1), np.int8(3)], ids=repr)
def test_an_integer_of_python_or_numpy_passes(value):
    number = checks.integer("kernel", "key", value)
    assert type(number) is int and number == value


def test_a_stream_ends_at_its_last_position():
    checks.positions("kernel", 2**64 - 2, 2)
    with pytest.raises(ValueError, match=r"counter \+ n must not exceed 2\*\*64"):
        checks.positions("kernel", 2**64 - 2, 3)


@pytest.mark.parametrize("shape", [(2**62,), (2**40, 2**40), (2**40, 0, 2**40)], ids=str)
def test_a_shape_that_no_array_can_have_is_a_value_error(shape):
    assert checks.result_size("kernel", (2, 3), 4) == 6
    with pytest.raises(ValueError, match=r"kernel: .*too large for any array"):
        checks.result_size("kernel", shape, 8)
