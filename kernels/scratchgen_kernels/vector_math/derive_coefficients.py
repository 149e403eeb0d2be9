"""Compute the coefficients of coefficients.py again, and print them:

    python -m scratchgen_kernels.vector_math.derive_coefficients        (needs mpmath)

The Remez exchange. The polynomial of degree d with the smallest maximum error reaches that error d + 2 times with
alternating signs (Chebyshev). So: take d + 2 points, solve for the polynomial whose errors there are +E, −E, …; move
the points to the maxima of its error; repeat.

Source: Remez (1934); Muller, Elementary Functions (3rd ed., 2016), §3.5.
"""

import mpmath as mp
import numpy as np

mp.mp.dps = 50
GRID_SIZE = 300  # candidates for a point; the error is flat at its maxima, so more candidates change nothing
TURN = 2 * mp.pi
HALF_LN2 = mp.log(2) / 2 * mp.mpf("1.0001")  # a little wider: rounding n may go past the middle
MAX_S = (mp.sqrt(2) - 1) / (mp.sqrt(2) + 1) * mp.mpf("1.0001")


def exp_q(r):
    return (mp.exp(r) - 1 - r) / r**2


def log_r(z):
    return (2 * mp.atanh(mp.sqrt(z)) / mp.sqrt(z) - 2) / z


def sin_s(z):
    return (mp.sin(TURN * mp.sqrt(z)) / mp.sqrt(z) - TURN) / z


def cos_c(z):
    return (mp.cos(TURN * mp.sqrt(z)) - 1 + TURN**2 / 2 * z) / z**2


def tanh_t(z):
    return (mp.tanh(mp.sqrt(z)) / mp.sqrt(z) - 1) / z


# name: the function, its range, the weight of its error in the result, the degree in float32 and in float64
POLYNOMIALS = {
    "EXP_Q": (exp_q, (-HALF_LN2, HALF_LN2), lambda r: abs(r**2 / (mp.exp(r) - 1)), 4, 10),
    "LOG_R": (log_r, (0, MAX_S**2), lambda z: z / 2, 2, 6),
    "SIN_S": (sin_s, (0, mp.mpf(1) / 64), lambda z: z / 4, 2, 5),
    "COS_C": (cos_c, (0, mp.mpf(1) / 64), lambda z: z**2, 2, 5),
    "TANH_T": (tanh_t, (mp.mpf(10) ** -12, mp.mpf(25) / 64), lambda z: z / (1 - z / 3), 4, 10),
}


def polynomial(p, x):
    """Σ_k p_k xᵏ, by Horner's rule."""
    y = mp.mpf(0)
    for coefficient in reversed(p):
        y = y * x + coefficient
    return y


def minimax(f, interval, weight, degree, exchanges=8):
    """(coefficients, largest error) of the polynomial p that minimises max |weight · (p − f)|."""
    a, b = map(mp.mpf, interval)
    grid = [(a + b - (b - a) * mp.cos(mp.pi * (i + mp.mpf(1) / 3) / GRID_SIZE)) / 2 for i in range(GRID_SIZE)]
    values, weights = [f(x) for x in grid], [weight(x) for x in grid]
    weights = [max(w, max(weights) / 50) for w in weights]  # not 0 anywhere: the equations would be singular
    points = [round(GRID_SIZE * (2 * i + 1) / (2 * degree + 4)) for i in range(degree + 2)]
    for _ in range(exchanges):
        rows = [
            [*(grid[i] ** k for k in range(degree + 1)), (-1) ** j / weights[i]] for j, i in enumerate(points)
        ]
        solution = mp.lu_solve(mp.matrix(rows), mp.matrix([values[i] for i in points]))
        p = list(solution)[: degree + 1]
        errors = [(polynomial(p, x) - y) * w for x, y, w in zip(grid, values, weights, strict=True)]
        points = extremum_of_each_sign(errors, degree + 2)
    return p, max(map(abs, errors))


def extremum_of_each_sign(errors, count):
    """The places of the largest error within each run of one sign; `count` runs, without the smaller ends."""
    runs = [[0]]
    for i in range(1, len(errors)):
        if mp.sign(errors[i]) == mp.sign(errors[i - 1]):
            runs[-1].append(i)
        else:
            runs.append([i])
    points = [max(run, key=lambda i: abs(errors[i])) for run in runs]
    while len(points) > count:
        points.pop(0 if abs(errors[points[0]]) < abs(errors[points[-1]]) else -1)
    return points


def rounded(values, dtype):
    """mpmath numbers as the shortest decimals that name the nearest float32 or float64."""
    return tuple(float(str(dtype(float(value)))) for value in values)


def derive(name, dtype):
    """(coefficients, largest error relative to the result) of one polynomial in one dtype."""
    f, interval, weight, *degrees = POLYNOMIALS[name]
    p, error = minimax(f, interval, weight, degrees[dtype is np.float64])
    return rounded(p, dtype), error


def main():
    """Print every polynomial with its error."""
    for dtype in (np.float32, np.float64):
        bits = 16 if dtype is np.float32 else 40
        high = mp.floor(mp.log(2) * 2**bits) / mp.mpf(2) ** bits
        print(dtype.__name__, "LN2_HIGH, LN2_LOW", rounded((high, mp.log(2) - high), dtype))
        for name in POLYNOMIALS:
            coefficients, error = derive(name, dtype)
            print(dtype.__name__, name, coefficients, "error 2 **", mp.nstr(mp.log(error, 2), 4))


if __name__ == "__main__":
    main()
