"""The rule of np.einsum: the cotangent of an operand is another einsum.

y_{out} = Σ Π_j x^j_{term_j}   ⇒   ∂L/∂x^i_{term_i} = Σ g_{out} Π_{j≠i} x^j_{term_j}

Ledger: autograd.einsum
"""

import string

import numpy as np

from scratchgen.autograd.broadcasting import sum_to_shape
from scratchgen.autograd.primitives import defvjp_template
from scratchgen.autograd.templates import Slot

__all__ = ["arrays_among", "parsed"]


def parsed(operands):
    """Return (terms, out, arrays) of the arguments of np.einsum: a string of letters per array, and the result's.

    Both of NumPy's forms are understood, "ij,jk->ik" with arrays, and arrays each followed by its list of indices.
    An ellipsis becomes unused letters, aligned at the last axis.
    """
    if isinstance(operands[0], str):
        terms, arrow, out = operands[0].replace(" ", "").partition("->")
        terms = terms.split(",")
    else:
        arrow = len(operands) % 2
        terms = [_as_letters(indices) for indices in operands[1::2]]
        out = _as_letters(operands[-1]) if arrow else ""
    arrays = arrays_among(operands)
    unnamed = [np.ndim(x) - len(t.replace("...", "")) for t, x in zip(terms, arrays, strict=True)]
    axes = max([n for t, n in zip(terms, unnamed, strict=True) if "..." in t], default=0)
    used = "".join([*terms, out])
    dots = "".join([c for c in string.ascii_letters if c not in used][:axes])
    terms = [t.replace("...", dots[axes - n :]) for t, n in zip(terms, unnamed, strict=True)]
    if arrow:
        return terms, out.replace("...", dots), arrays
    letters = "".join(terms)
    once = "".join(c for c in sorted(set(letters) - set(dots)) if letters.count(c) == 1)
    return terms, dots + once, arrays


def arrays_among(operands):
    """The arrays among the arguments of np.einsum, in either form."""
    return operands[1:] if isinstance(operands[0], str) else operands[: len(operands) // 2 * 2 : 2]


def _as_letters(indices):
    return "".join("..." if i is Ellipsis else string.ascii_letters[i] for i in indices)


def _cotangents(g, y, *inputs, call):
    operands = [inputs[o] if type(o) is Slot else o for o in call.arguments["operands"]]
    terms, out, arrays = parsed(operands)
    places = [i for i, o in enumerate(arrays_among(call.arguments["operands"])) if type(o) is Slot]
    return [_cotangent(i, g, arrays, terms, out) for i in places]


def _cotangent(i, g, arrays, terms, out):
    term, x = terms[i], arrays[i]
    others, values = [*terms[:i], *terms[i + 1 :]], [*arrays[:i], *arrays[i + 1 :]]
    sides = {}  # letter → length of its axis; an axis of length 1 is broadcast
    for letters, array in zip(terms, arrays, strict=True):
        for c, n in zip(letters, np.shape(array), strict=True):
            sides[c] = n if sides.get(c, 1) == 1 else sides[c]

    distinct = "".join(dict.fromkeys(term))
    known = "".join(c for c in distinct if c in out or any(c in other for other in others))
    g = np.einsum(f"{','.join([out, *others])}->{known}", g, *values)
    # a letter that only this array has was summed: its cotangent is constant along that axis
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
    terms = ",".join([distinct, *(t for t, _ in deltas)])
    return np.einsum(f"{terms}->{out}", g, *(d for _, d in deltas))


defvjp_template(np.einsum, _cotangents, known=("operands", "optimize"))
