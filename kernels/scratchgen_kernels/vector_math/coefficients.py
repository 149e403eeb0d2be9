"""The coefficients of exp, log, tanh, sin and cos. `derive_coefficients.py` computes them again.

Each polynomial has the smallest maximum relative error of its degree over the reduced range (Remez exchange, in 50
digits). Its coefficients are rounded to the dtype, lowest power first:

    EXP_Q   (exp(r) − 1 − r) / r²                         |r| ≤ ½ ln 2
    LOG_R   (2 artanh(s) / s − 2) / s²       in s²        |s| ≤ (√2 − 1) / (√2 + 1)
    SIN_S   (sin(2πt) / t − 2π) / t²         in t²        |t| ≤ ⅛
    COS_C   (cos(2πt) − 1 + 2π² t²) / t⁴     in t²        |t| ≤ ⅛
    TANH_T  (tanh(x) / x − 1) / x²           in x²        |x| ≤ ⅝

ln 2 = LN2_HIGH + LN2_LOW, the high part short enough that its product with any exponent is exact.
ROUNDER = 1.5 · 2²³ or 1.5 · 2⁵²: adding and then subtracting it rounds to an integer.
"""

from types import SimpleNamespace

import numpy as np

FLOAT32 = SimpleNamespace(
    LOG2_E=1.442695,
    LN2_HIGH=0.693145751953125,
    LN2_LOW=1.4286068e-06,
    ROUNDER=12582912.0,
    TWO_PI=6.2831855,
    TWO_PI_SQUARED=19.739208,
    EXP_Q=(0.49999997, 0.16666543, 0.0416672, 0.00836652, 0.0013882474),
    LOG_R=(0.66666776, 0.39977533, 0.2987198),
    SIN_S=(-41.341675, 81.59394, -75.453415),
    COS_C=(64.93937, -85.448395, 59.399097),
    TANH_T=(-0.33333284, 0.13331468, -0.053741354, 0.020643344, -0.005708925),
    EXP_MIN=-104.0,  # exp is 0 below
    EXP_MAX=89.0,  # and infinite above
    TANH_SWITCH=0.625,
    TANH_MAX=10.0,  # tanh rounds to 1 from 9.02 on
    SQRT_HALF=0.70710677,
    SQRT_HALF_MINUS_1=-0.29289323,
    BIAS=127.0,
    DIGITS=23.0,
    INTEGRAL=8388608.0,  # 2²³: from here on every float is an integer
    SMALLEST_NORMAL=1.1754943508222875e-38,
)
FLOAT64 = SimpleNamespace(
    LOG2_E=1.4426950408889634,
    LN2_HIGH=0.6931471805592082,
    LN2_LOW=7.371002565167799e-13,
    ROUNDER=6755399441055744.0,
    TWO_PI=6.283185307179586,
    TWO_PI_SQUARED=19.739208802178716,
    EXP_Q=(
        0.5,
        0.16666666666666677,
        0.04166666666666651,
        0.008333333333321695,
        0.0013888888888962307,
        0.00019841269885958064,
        2.4801587172651912e-05,
        2.7557244382365882e-06,
        2.755740256302341e-07,
        2.5108975995995452e-08,
        2.0875348708717778e-09,
    ),
    LOG_R=(
        0.6666666666666713,
        0.39999999999524544,
        0.2857142872201971,
        0.22222200394068004,
        0.18183479564229962,
        0.1531602996378086,
        0.14777624653787666,
    ),
    SIN_S=(
        -41.341702240399684,
        81.60524927597739,
        -76.70585971108059,
        42.05868577011239,
        -15.093843435283532,
        3.781653122263648,
    ),
    COS_C=(
        64.93939402266828,
        -85.45681720665519,
        60.24464135392291,
        -26.426253293688067,
        7.90320324466814,
        -1.6988901304937787,
    ),
    TANH_T=(
        -0.333333333333332,
        0.13333333333294717,
        -0.05396825394293381,
        0.02186948779264568,
        -0.008863223383039702,
        0.003592005696240181,
        -0.0014550332911700944,
        0.0005865336178366712,
        -0.00022896006553549058,
        7.755454174938581e-05,
        -1.6256935461747224e-05,
    ),
    EXP_MIN=-746.0,
    EXP_MAX=710.0,
    TANH_SWITCH=0.625,
    TANH_MAX=20.0,
    SQRT_HALF=0.7071067811865476,
    SQRT_HALF_MINUS_1=-0.2928932188134524,
    BIAS=1023.0,
    DIGITS=52.0,
    INTEGRAL=4503599627370496.0,
    SMALLEST_NORMAL=2.2250738585072014e-308,
)


def of(dtype):
    """The coefficients for float32 or float64."""
    return FLOAT32 if dtype == np.float32 else FLOAT64
