"""autograd's containers: here Python's own."""

import builtins

from .tracer import getval

tuple, list, dict = builtins.tuple, builtins.list, builtins.dict


def isinstance(x, kind):
    return builtins.isinstance(getval(x), kind)


def type(x):
    return builtins.type(getval(x))
