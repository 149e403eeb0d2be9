"""The rule of np.einsum: the cotangent of an operand is another einsum.

y_{out} = Σ Π_j x^j_{term_j}   ⇒   ∂L/∂x^i_{term_i} = Σ g_{out} Π_{j≠i} x^j_{term_j}

Ledger: autograd.einsum
"""

import string

import numpy as np

from scratchgen.autograd.broadcasting import sum_to_shape
from scratchgen.autograd.primitives import COMPOSED, defvjp_each, primitive

__all__ = ["einsum"]


@primitive
def einsum(*operands, terms, out, optimize=False):
    """np.einsum with its subscripts split: one term per operand, and the letters of the result."""
    return np.einsum(f"{','.join(terms)}->{out}", *operands, optimize=optimize)


def _by_operand(i):
    def rule(g, y, *operands, terms, out, optimize=False):
        return _cotangent(i, g, operands, terms, out, optimize)

    return rule


def _cotangent(i, g, operands, terms, out, optimize):
    term, x = terms[i], operands[i]
    others, values = [*terms[:i], *terms[i + 1 :]], [*operands[:i], *operands[i + 1 :]]
    sides = {}  # letter → length of its axis; an axis of length 1 is broadcast
    for letters, operand in zip(terms, operands, strict=True):
        for c, n in zip(letters, operand.shape, strict=True):
            sides[c] = n if sides.get(c, 1) == 1 else sides[c]

    distinct = "".join(dict.fromkeys(term))
    known = "".join(c for c in distinct if c in out or any(c in other for other in others))
    g = einsum(g, *values, terms=(out, *others), out=known, optimize=optimize)
    # a letter that only this operand has was summed: its cotangent is constant along that axis
    axes = iter(g.shape)
    g = np.reshape(g, [next(axes) if c in known else 1 for c in distinct])
    g = np.broadcast_to(g, [sides[c] for c in distinct])
    if term != distinct:  # a repeated letter reads a diagonal: its cotangent goes onto that diagonal
        g = _onto_diagonals(g, distinct, term, sides)
    return sum_to_shape(g, x)


def _onto_diagonals(g, distinct, term, sides):
    unused = (c for c in string.ascii_letters if c not in sides)
    out, deltas = "", []
    for c in term:
        if c not in out:
            out += c
        else:
            out += (again := next(unused))
            deltas.append((c + again, np.eye(sides[c], dtype=g.dtype)))
    return einsum(g, *(d for _, d in deltas), terms=(distinct, *(t for t, _ in deltas)), out=out)


defvjp_each(einsum, _by_operand, options={"terms", "out", "optimize"})


def _einsum(subscripts, *operands, optimize=False):
    if not isinstance(subscripts, str):
        raise TypeError("np.einsum is differentiable with its indices as a string, as in 'ij,jk->ik'")
    terms, arrow, out = subscripts.replace(" ", "").partition("->")
    terms = terms.split(",")
    if len(terms) != len(operands):
        raise ValueError(f"einsum '{subscripts}' has {len(terms)} operands, but {len(operands)} were given")
    # an ellipsis covers the axes without a letter; they are aligned at the last one
    unnamed = [np.ndim(x) - len(t.replace("...", "")) for t, x in zip(terms, operands, strict=True)]
    axes = max([n for t, n in zip(terms, unnamed, strict=True) if "..." in t], default=0)
    dots = "".join([c for c in string.ascii_letters if c not in subscripts][:axes])
    terms = [t.replace("...", dots[axes - n :]) for t, n in zip(terms, unnamed, strict=True)]
    if arrow:
        out = out.replace("...", dots)
    else:
        letters = "".join(terms)
        out = dots + "".join(c for c in sorted(set(letters) - set(dots)) if letters.count(c) == 1)
    return einsum(*operands, terms=tuple(terms), out=out, optimize=optimize)


COMPOSED[np.einsum] = _einsum
