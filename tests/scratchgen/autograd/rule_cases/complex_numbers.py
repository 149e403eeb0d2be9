"""Cases of the parts of complex numbers."""

import numpy as np

from .case import POSITIVE, Case

BOTH = "(...),(...)"

CASES = {
    np.conjugate: [Case(np.conjugate), Case(lambda x, y: np.real(np.conj(x + 1j * y) * (1 + 2j) * x), BOTH)],
    np.real_if_close: [Case(np.real_if_close)],
    np.real: [Case(np.real), Case(lambda x, y: np.real((x + 1j * y) ** 2), BOTH)],
    np.imag: [Case(np.imag), Case(lambda x, y: np.imag((x + 1j * y) ** 2), BOTH)],
    np.angle: [
        Case(np.angle, domain=POSITIVE),
        Case(lambda x, y: np.angle(-x + 1j * y), BOTH, POSITIVE),
        Case(lambda x, y: np.angle(x - 1j * y, deg=True) / 30, BOTH, POSITIVE),
    ],
}
