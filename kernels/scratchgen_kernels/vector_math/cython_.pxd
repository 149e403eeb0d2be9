# cython: language_level=3, cdivision=True
"""exp, log, tanh, sin and cos of one number, to be inlined into the loops of every compiled kernel.

Why they are fast: no branch and no call. Selections are conditional expressions, a number's exponent is
read and written through its bits, an integer is a float rounded by adding and subtracting 1.5 · 2²³ (in
float64 1.5 · 2⁵²); so the C compiler turns a loop that calls one of these into vector instructions, eight float32 or
four float64 at a time. Nothing assumes finite values. `loops.py` has the same steps with their reasons;
coefficients.py gives the origin of the numbers.
"""

cimport cython
from cython cimport floating
from libc.stdint cimport uint32_t, uint64_t
from libc.string cimport memcpy

# --- bits ---------------------------------------------------------------------------------------------------


cdef inline uint32_t bits32(float x) noexcept nogil:
    cdef uint32_t bits
    memcpy(&bits, &x, 4)
    return bits


cdef inline uint64_t bits64(double x) noexcept nogil:
    cdef uint64_t bits
    memcpy(&bits, &x, 8)
    return bits


cdef inline float float32(uint32_t bits) noexcept nogil:
    cdef float x
    memcpy(&x, &bits, 4)
    return x


cdef inline double float64(uint64_t bits) noexcept nogil:
    cdef double x
    memcpy(&x, &bits, 8)
    return x


cdef inline floating nearest(floating x) noexcept nogil:
    """x rounded to an integer, for |x| < 2²² (float32) or 2⁵¹ (float64)."""
    cdef floating rounder = 12582912.0 if floating is float else 6755399441055744.0
    return (x + rounder) - rounder


cdef inline floating power_of_two(floating n) noexcept nogil:
    """2ⁿ where it is normal: n + 127 (1023) is in the low bits of the sum, and moves to the exponent."""
    if floating is float:
        return float32(bits32(n + <float>(12582912.0 + 127)) << 23)
    else:
        return float64(bits64(n + (6755399441055744.0 + 1023)) << 52)


cdef inline floating exponent_removed(floating x, floating* n) noexcept nogil:
    """m in [√½, √2) and n with x = m 2ⁿ, for a normal x > 0."""
    cdef uint32_t shifted32
    cdef uint64_t shifted64
    if floating is float:
        shifted32 = bits32(x) + (0x3F800000u - 0x3F3504F3u)  # the bits of 1 and of √½
        n[0] = float32(0x4B000000u | (shifted32 >> 23)) - <float>(8388608.0 + 127)
        return float32((shifted32 & 0x007FFFFFu) + 0x3F3504F3u)
    else:
        shifted64 = bits64(x) + (0x3FF0000000000000u - 0x3FE6A09E667F3BCDu)
        n[0] = float64(0x4330000000000000u | (shifted64 >> 52)) - (4503599627370496.0 + 1023)
        return float64((shifted64 & 0x000FFFFFFFFFFFFFu) + 0x3FE6A09E667F3BCDu)


cdef inline floating select(bint condition, floating a, floating b) noexcept nogil:
    """Both are computed, one is taken: no branch."""
    return a if condition else b


cdef inline floating magnitude(floating x) noexcept nogil:
    if floating is float:
        return float32(bits32(x) & 0x7FFFFFFFu)
    else:
        return float64(bits64(x) & 0x7FFFFFFFFFFFFFFFu)


cdef inline floating with_sign_of(floating x, floating y) noexcept nogil:
    """y ≥ 0 with the sign of x, also of a zero x."""
    if floating is float:
        return float32(bits32(y) | (bits32(x) & 0x80000000u))
    else:
        return float64(bits64(y) | (bits64(x) & 0x8000000000000000u))


# --- reduced ranges -----------------------------------------------------------------------------------------


cdef inline floating ln2_removed(floating x, floating n) noexcept nogil:
    """x − n ln 2. The product with the high part of ln 2 is exact, and so is the first difference."""
    if floating is float:
        return (x - n * <float>0.693145751953125) - n * <float>1.4286068e-06
    else:
        return (x - n * 0.6931471805592082) - n * 7.371002565167799e-13


cdef inline floating expm1_reduced(floating r) noexcept nogil:
    """exp(r) − 1 = r + r² Q(r) for |r| ≤ ½ ln 2."""
    cdef floating q
    if floating is float:
        q = <float>0.0416672 + r * (<float>0.00836652 + r * <float>0.0013882474)
        q = <float>0.49999997 + r * (<float>0.16666543 + r * q)
    else:
        q = 2.755740256302341e-07 + r * (2.5108975995995452e-08 + r * 2.0875348708717778e-09)
        q = 2.4801587172651912e-05 + r * (2.7557244382365882e-06 + r * q)
        q = 0.0013888888888962307 + r * (0.00019841269885958064 + r * q)
        q = 0.04166666666666651 + r * (0.008333333333321695 + r * q)
        q = 0.5 + r * (0.16666666666666677 + r * q)
    return r + r * r * q


@cython.cdivision(True)
cdef inline floating log_reduced(floating f, floating n) noexcept nogil:
    """log(1 + f) + n ln 2 for √½ ≤ 1 + f < √2."""
    cdef floating two = 2, half = 0.5, s = f / (two + f), z = s * s, R, square = half * f * f
    if floating is float:
        R = z * (<float>0.66666776 + z * (<float>0.39977533 + z * <float>0.2987198))
        return n * <float>0.693145751953125 + (f - (square - (s * (square + R) + n * <float>1.4286068e-06)))
    else:
        R = 0.18183479564229962 + z * (0.1531602996378086 + z * 0.14777624653787666)
        R = 0.2857142872201971 + z * (0.22222200394068004 + z * R)
        R = z * (0.6666666666666713 + z * (0.39999999999524544 + z * R))
        return n * 0.6931471805592082 + (f - (square - (s * (square + R) + n * 7.371002565167799e-13)))


cdef inline floating tanh_reduced(floating x) noexcept nogil:
    """tanh x = x + x³ T(x²) for |x| ≤ ⅝."""
    cdef floating z = x * x, T
    if floating is float:
        T = <float>-0.053741354 + z * (<float>0.020643344 + z * <float>-0.005708925)
        T = <float>-0.33333284 + z * (<float>0.13331468 + z * T)
    else:
        T = -0.00022896006553549058 + z * (7.755454174938581e-05 + z * -1.6256935461747224e-05)
        T = -0.0014550332911700944 + z * (0.0005865336178366712 + z * T)
        T = -0.008863223383039702 + z * (0.003592005696240181 + z * T)
        T = -0.05396825394293381 + z * (0.02186948779264568 + z * T)
        T = -0.333333333333332 + z * (0.13333333333294717 + z * T)
    return x + x * z * T


cdef inline floating sin_reduced(floating t) noexcept nogil:
    """sin 2πt for |t| ≤ ⅛."""
    cdef floating z = t * t, s
    if floating is float:
        s = z * (<float>-41.341675 + z * (<float>81.59394 + z * <float>-75.453415))
        return t * (<float>6.2831855 + s)
    else:
        s = 42.05868577011239 + z * (-15.093843435283532 + z * 3.781653122263648)
        s = z * (-41.341702240399684 + z * (81.60524927597739 + z * (-76.70585971108059 + z * s)))
        return t * (6.283185307179586 + s)


cdef inline floating cos_reduced(floating t) noexcept nogil:
    """cos 2πt for |t| ≤ ⅛."""
    cdef floating z = t * t, c, one = 1
    if floating is float:
        c = <float>64.93937 + z * (<float>-85.448395 + z * <float>59.399097)
        return one - (z * <float>19.739208 - z * z * c)
    else:
        c = -26.426253293688067 + z * (7.90320324466814 + z * -1.6988901304937787)
        c = 64.93939402266828 + z * (-85.45681720665519 + z * (60.24464135392291 + z * c))
        return one - (z * 19.739208802178716 - z * z * c)


# --- the functions ------------------------------------------------------------------------------------------


cdef inline floating exp_begun(floating x, floating* n) noexcept nogil:
    """r and n with exp x = 2ⁿ exp r."""
    cdef floating lowest = -104.0 if floating is float else -746.0, highest = 89.0 if floating is float else 710.0
    cdef floating log2_e = 1.442695 if floating is float else 1.4426950408889634
    x = select(x < lowest, lowest, select(x > highest, highest, x))
    n[0] = nearest(x * log2_e)
    return ln2_removed(x, n[0])


cdef inline floating exp_ended(floating r, floating n) noexcept nogil:
    """2ⁿ exp r; in two steps, so that a subnormal result is rounded once."""
    cdef floating half = 0.5, one = 1, a = nearest(half * n)
    return ((one + expm1_reduced(r)) * power_of_two(a)) * power_of_two(n - a)


cdef inline floating exp(floating x) noexcept nogil:
    cdef floating n, r = exp_begun(x, &n)
    return exp_ended(r, n)


cdef inline floating log(floating x) noexcept nogil:
    cdef floating zero = 0, one = 1, infinity = float32(0x7F800000u)
    cdef floating smallest_normal = 1.1754943508222875e-38 if floating is float else 2.2250738585072014e-308
    cdef floating scale = 8388608.0 if floating is float else 4503599627370496.0  # 2²³, 2⁵²
    cdef floating digits = 23 if floating is float else 52
    cdef bint subnormal = x < smallest_normal
    cdef floating n, m, y
    m = exponent_removed(select(subnormal, x * scale, x), &n)
    y = log_reduced(m - one, select(subnormal, n - digits, n))
    y = select(x > zero, y, select(x == zero, -infinity, infinity - infinity))
    return select(x < infinity, y, x + x)  # NaN and infinity


@cython.cdivision(True)
cdef inline floating tanh(floating x) noexcept nogil:
    cdef floating log2_e = 1.442695 if floating is float else 1.4426950408889634
    cdef floating most = 10.0 if floating is float else 20.0
    cdef floating zero = 0, one = 1, two = 2, near = 0.625, y, a, n, far  # far: 1 − 2 / (exp(2|x|) + 1)
    cdef bint is_far
    y = magnitude(x)
    is_far = y > near
    a = two * select(y > most, most, y)
    n = nearest(a * log2_e)
    far = one - two / (power_of_two(n) * (one + expm1_reduced(ln2_removed(a, n))) + one)
    return with_sign_of(x, select(is_far, far, tanh_reduced(select(is_far, zero, y))))


@cython.cdivision(True)
cdef inline floating sigmoid(floating x) noexcept nogil:
    """1 / (1 + exp(−x)), without overflow at either end."""
    cdef floating zero = 0, one = 1, e = exp(-magnitude(x))
    return select(x < zero, e, one) / (one + e)


cdef inline floating softplus(floating x) noexcept nogil:
    """log(1 + exp x) = max(x, 0) + log(1 + e), e = exp(−|x|) ≤ 1: not rounded away where e is small."""
    cdef floating zero = 0, half = 0.5, one = 1, e = exp(-magnitude(x))
    cdef floating below = 0.41421354  # √2 − 1, rounded down
    cdef bint near = e <= below  # else log(1 + e) = log((1 + e) / 2) + ln 2
    return select(x > zero, x, zero) + log_reduced(select(near, e, half * (e - one)), select(near, zero, one))


cdef inline void sincos_turns(floating u, floating* sine, floating* cosine) noexcept nogil:
    """sin 2πu and cos 2πu; every difference here is exact."""
    cdef floating integral = 8388608.0 if floating is float else 4503599627370496.0  # from there u is whole
    cdef floating half = 0.5, one = 1, two = 2, four = 4, quarter = 0.25, t, q, s, c, sign
    t = u - select(magnitude(u) < integral, two * nearest(half * u), u)
    t = t - nearest(t)
    q = nearest(four * t)  # the nearest quarter turn, −2 … 2
    t = t - quarter * q
    s, c = sin_reduced(t), cos_reduced(t)
    sign = one - half * q * q
    sine[0] = select(q * q == one, q * c, sign * s)
    cosine[0] = select(q * q == one, -q * s, sign * c)


# --- sums ---------------------------------------------------------------------------------------------------


cdef inline floating sum_of(const floating* terms, Py_ssize_t n) noexcept nogil:
    """Σ_i terms_i, in eight partial sums, which one vector register holds; always in the same order."""
    cdef floating[8] sums = [0, 0, 0, 0, 0, 0, 0, 0]
    cdef floating rest = 0
    cdef Py_ssize_t i, j, whole = n // 8 * 8
    for i in range(0, whole, 8):
        for j in range(8):
            sums[j] += terms[i + j]
    for i in range(whole, n):
        rest += terms[i]
    return ((sums[0] + sums[4]) + (sums[2] + sums[6])) + ((sums[1] + sums[5]) + (sums[3] + sums[7])) + rest


cdef inline floating max_of(const floating* terms, Py_ssize_t n) noexcept nogil:
    """max_i terms_i, −∞ for no terms; a NaN is ignored."""
    cdef floating lowest = -float32(0x7F800000u)
    cdef floating[8] highest = [lowest, lowest, lowest, lowest, lowest, lowest, lowest, lowest]
    cdef floating result = lowest
    cdef Py_ssize_t i, j, whole = n // 8 * 8
    for i in range(0, whole, 8):
        for j in range(8):
            highest[j] = select(terms[i + j] > highest[j], terms[i + j], highest[j])
    for i in range(whole, n):
        result = select(terms[i] > result, terms[i], result)
    for j in range(8):
        result = select(highest[j] > result, highest[j], result)
    return result
