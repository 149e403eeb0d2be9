"""Functions of tensors that models are made of: activations, losses, convolution, and the fused primitives.

Every function also takes plain arrays, and then returns one. Losses state their reduction; none of them
averages over the batch: the caller takes the mean.
"""

from scratchgen.functional.activations import (
    leaky_relu,
    log_softmax,
    logsumexp,
    relu,
    sigmoid,
    softmax,
    softplus,
)
from scratchgen.functional.convolution import conv2d, conv_transpose2d, overlap_add, patches
from scratchgen.functional.fused import (
    bias_activation,
    bias_activation_grad,
    gru_recurrence,
    linear,
    lstm_recurrence,
    matmul,
    reparameterize,
    reparameterize_grad,
    tanh_recurrence,
)
from scratchgen.functional.losses import (
    bernoulli_cross_entropy,
    bernoulli_cross_entropy_grad,
    kl_to_standard_normal,
    softmax_cross_entropy,
    softmax_cross_entropy_grad,
)
from scratchgen.functional.special import digamma, log1mexp, log_gamma, normal_cdf, polygamma

__all__ = [
    "bernoulli_cross_entropy",
    "bernoulli_cross_entropy_grad",
    "bias_activation",
    "bias_activation_grad",
    "conv2d",
    "conv_transpose2d",
    "digamma",
    "gru_recurrence",
    "kl_to_standard_normal",
    "leaky_relu",
    "linear",
    "log1mexp",
    "log_gamma",
    "log_softmax",
    "logsumexp",
    "lstm_recurrence",
    "matmul",
    "normal_cdf",
    "overlap_add",
    "patches",
    "polygamma",
    "relu",
    "reparameterize",
    "reparameterize_grad",
    "sigmoid",
    "softmax",
    "softmax_cross_entropy",
    "softmax_cross_entropy_grad",
    "softplus",
    "tanh_recurrence",
]
