"""Functions of tensors that models are made of: activations, losses, convolution, and the fused primitives.

Every function also takes plain arrays, and then returns one. Losses state their reduction; none of them
averages over the batch: the caller takes the mean.
"""

from scratchgen.functional.activations import (
    elu,
    gelu,
    leaky_relu,
    log_softmax,
    logsumexp,
    relu,
    sigmoid,
    silu,
    softmax,
    softplus,
)
from scratchgen.functional.attention import scaled_dot_product_attention
from scratchgen.functional.convolution import conv1d, conv2d, conv_transpose2d, overlap_add, patches
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
from scratchgen.functional.pooling import avg_pool2d, max_pool2d, upsample
from scratchgen.functional.regression_losses import huber_loss, l1_loss, mse_loss
from scratchgen.functional.special import digamma, log1mexp, log_gamma, normal_cdf, polygamma
from scratchgen.functional.weighted_cross_entropy import weighted_cross_entropy

__all__ = [
    "avg_pool2d",
    "bernoulli_cross_entropy",
    "bernoulli_cross_entropy_grad",
    "bias_activation",
    "bias_activation_grad",
    "conv1d",
    "conv2d",
    "conv_transpose2d",
    "digamma",
    "elu",
    "gelu",
    "gru_recurrence",
    "huber_loss",
    "kl_to_standard_normal",
    "l1_loss",
    "leaky_relu",
    "linear",
    "log1mexp",
    "log_gamma",
    "log_softmax",
    "logsumexp",
    "lstm_recurrence",
    "matmul",
    "max_pool2d",
    "mse_loss",
    "normal_cdf",
    "overlap_add",
    "patches",
    "polygamma",
    "relu",
    "reparameterize",
    "reparameterize_grad",
    "scaled_dot_product_attention",
    "sigmoid",
    "silu",
    "softmax",
    "softmax_cross_entropy",
    "softmax_cross_entropy_grad",
    "softplus",
    "tanh_recurrence",
    "upsample",
    "weighted_cross_entropy",
]
