"""The inner loops of scratchgen, each written four ways behind one contract.

Arrays in, arrays out. Each kernel is a folder whose ``__init__.py`` states the equation, checks the arguments and
calls the chosen backend:

    loops    plain Python, for reading and for a debugger
    numpy    whole arrays: the oracle
    numba    compiled on first call
    cython   compiled when the package was installed

Choose with ``use("numba")``, the environment variable ``SCRATCHGEN_KERNELS`` or the argument ``backend=``.
"""

from scratchgen_kernels.adam import adam
from scratchgen_kernels.bernoulli_cross_entropy import (
    bernoulli_cross_entropy,
    bernoulli_cross_entropy_backward,
)
from scratchgen_kernels.bias_activation import bias_activation, bias_activation_backward
from scratchgen_kernels.gru_recurrence import gru_recurrence, gru_recurrence_backward
from scratchgen_kernels.installation import build_record
from scratchgen_kernels.lstm_recurrence import lstm_recurrence, lstm_recurrence_backward
from scratchgen_kernels.matmul import matmul
from scratchgen_kernels.normal_noise import random_bits, standard_normal
from scratchgen_kernels.registry import (
    BackendStatus,
    BackendUnavailable,
    UnknownBackend,
    backends,
    check_name,
    current,
    implementations,
    use,
)
from scratchgen_kernels.reparameterize import reparameterize, reparameterize_backward
from scratchgen_kernels.softmax_cross_entropy import softmax_cross_entropy, softmax_cross_entropy_backward
from scratchgen_kernels.tanh_recurrence import tanh_recurrence, tanh_recurrence_backward
from scratchgen_kernels.threads import get_num_threads, set_num_threads
from scratchgen_kernels.vector_math import exp, log, sincos_turns, tanh

__all__ = [
    "BackendStatus",
    "BackendUnavailable",
    "UnknownBackend",
    "adam",
    "backends",
    "bernoulli_cross_entropy",
    "bernoulli_cross_entropy_backward",
    "bias_activation",
    "bias_activation_backward",
    "build_record",
    "check_name",
    "current",
    "exp",
    "get_num_threads",
    "gru_recurrence",
    "gru_recurrence_backward",
    "implementations",
    "log",
    "lstm_recurrence",
    "lstm_recurrence_backward",
    "matmul",
    "random_bits",
    "reparameterize",
    "reparameterize_backward",
    "set_num_threads",
    "sincos_turns",
    "softmax_cross_entropy",
    "softmax_cross_entropy_backward",
    "standard_normal",
    "tanh",
    "tanh_recurrence",
    "tanh_recurrence_backward",
    "use",
]
