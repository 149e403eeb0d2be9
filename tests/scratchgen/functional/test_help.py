"""help() and inspect show a primitive as the function that it is made of."""

import inspect
import pydoc

import pytest

from scratchgen import Tensor, primitive
from scratchgen import functional as F
from scratchgen.autograd.primitives import Primitive

EXPORTED = [getattr(F, name) for name in F.__all__ if isinstance(getattr(F, name), Primitive)]


def differences(shown, function):
    """The attributes in which help() and inspect show something else than the function."""
    text = pydoc.plain(pydoc.render_doc(shown))
    expected = f"{function.__name__}{inspect.signature(function)}"
    found = {
        "heading": expected in text.splitlines(),
        "text": all(line.strip() in text for line in inspect.getdoc(function).splitlines()),
        "signature": inspect.signature(shown) == inspect.signature(function),
        "docstring": inspect.getdoc(shown) == inspect.getdoc(function),
        "name": (shown.__name__, shown.__qualname__) == (function.__name__, function.__qualname__),
        "module": inspect.getmodule(shown) is inspect.getmodule(function),
        "source": inspect.getsource(inspect.unwrap(shown)) == inspect.getsource(function),
    }
    return [name for name, equal in found.items() if not equal]


@pytest.mark.parametrize("shown", EXPORTED, ids=lambda p: p.name)
def test_help_shows_the_text_and_the_signature_of_the_function(shown):
    assert len(EXPORTED) >= 19
    assert differences(shown, shown.function) == []


def test_the_claim_above_rejects_a_primitive_that_shows_its_class():
    class Bare:
        """A row of the table."""

        def __init__(self, function):
            self.function = function

        def __call__(self, *args, **options): ...

    bare = Bare(F.softplus.function)
    bare.__name__ = bare.__qualname__ = "softplus"
    bare.__wrapped__ = bare.function
    missing = differences(bare, bare.function)
    assert {"heading", "text", "docstring", "module"} <= set(missing)


def test_the_help_of_the_package_lists_primitives_among_its_functions():
    text = pydoc.plain(pydoc.render_doc(F))
    functions = text[text.index("FUNCTIONS") : text.index("FILE")]
    assert "softplus(x)" in functions and "log_softmax(" in functions
    assert "<primitive" not in text


def test_a_primitive_in_the_body_of_a_class_is_a_method():
    class Square:
        side = 3.0

        @primitive
        def scaled(self, x):
            return x * self.side

    assert Square().scaled(2.0) == 6.0
    assert isinstance(Square.scaled, Primitive)
    assert Square().scaled(Tensor(2.0)).item() == 6.0
