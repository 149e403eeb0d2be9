"""The polynomials over their short ranges, in NumPy: of one number or of an array, float32 or float64.

Every operation is in the order of the compiled backends, so where those do not contract a · b + c into one operation,
the results have the same bits. A Python float takes the dtype of the other operand. c: the coefficients for the
dtype.
"""


def polynomial(x, coefficients):
    """Σ_k coefficients[k] xᵏ by Horner's rule."""
    *others, y = coefficients
    for coefficient in reversed(others):
        y = coefficient + x * y
    return y


def expm1_reduced(r, c):
    """exp(r) − 1 for |r| ≤ ½ ln 2."""
    return r + r * r * polynomial(r, c.EXP_Q)


def log_reduced(f, n, c):
    """log(1 + f) + n ln 2 for √½ ≤ 1 + f < √2.

    With s = f / (2 + f):   log(1 + f) = 2 artanh(s) = 2s + s R(s²), and 2s = f − s f = f − f²/2 + s f²/2, so
    that the largest term, f, is not rounded.
    """
    s = f / (2.0 + f)
    z = s * s
    R, square = z * polynomial(z, c.LOG_R), 0.5 * f * f
    return n * c.LN2_HIGH + (f - (square - (s * (square + R) + n * c.LN2_LOW)))


def sin_reduced(t, c):
    """sin 2πt for |t| ≤ ⅛."""
    z = t * t
    return t * (c.TWO_PI + z * polynomial(z, c.SIN_S))


def cos_reduced(t, c):
    """cos 2πt for |t| ≤ ⅛."""
    z = t * t
    return 1.0 - (z * c.TWO_PI_SQUARED - z * z * polynomial(z, c.COS_C))


def tanh_reduced(x, c):
    """tanh x for |x| ≤ ⅝."""
    z = x * x
    return x + x * z * polynomial(z, c.TANH_T)
