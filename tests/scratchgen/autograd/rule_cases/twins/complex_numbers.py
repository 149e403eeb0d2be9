"""Twins of functions of complex numbers, and compositions from real numbers over complex ones to real ones."""

import numpy as np
import torch

from .twin import M, pytorch

TWINS = {
    np.conjugate: [pytorch(np.conjugate, lambda x: torch.conj(x) + 0, M)],
    np.real: [pytorch(np.real, torch.real, M)],
    np.imag: [pytorch(np.imag, torch.imag, M)],
    np.angle: [pytorch(np.angle, torch.angle, M)],
}
