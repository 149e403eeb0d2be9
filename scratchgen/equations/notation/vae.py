"""The symbols of the variational autoencoder."""

from __future__ import annotations

BETA = "weight of the rate, a number > 0"
DISTORTION = {
    "R": "rate, KL(q(z|x) ‖ p(z)), nats",
    "D": "distortion, −E_q[log p(x|z)], nats",
    "β": BETA,
}
CODES = {
    "z_e": "output of the encoder, (B, N, d): N places, vectors of d numbers",
    "z_q": "input of the decoder, (B, N, d)",
    "e": "the code nearest to each vector, (B, N, d)",
    "sg": "stop-gradient: the identity, with the derivative 0",
}
DRAWS = {
    "k": "number of draws of the latent per example",
    "z": "draws of the latent from q(z|x), (k, B, Z)",
}

OF_FAMILY = {
    "x": "examples, (B, D)",
    "z": "latents, (B, Z)",
    "y": "classes of the examples, (B,)",
    "mu": "mean of q, (B, Z)",
    "sigma": "standard deviation of q, (B, Z), stored as logvar = log sigma²",
    "ε": "standard normal noise, (B, Z)",
    "p": "the model: p(z) the prior, p(x|z) the likelihood, p(x) the evidence; logs in nats",
    "q": "the approximate posterior q(z|x), the output of the encoder",
    "KL": "Kullback-Leibler divergence, (B,), nats",
    "E_q": "mean over latents from q(z|x)",
    "E_x": "mean over examples",
    "β": BETA,
}

OF_EQUATION: dict[str, dict[str, str]] = {
    "vae.likelihood": {"p": "probability that a pixel is 1, (B, D)", "σ": "logistic function"},
    "vae.iwae": DRAWS | {"L_k": "the bound, (B,), nats", "w": "weight of a draw, (k, B)"},
    "vae.importance": DRAWS | {"w": "weight of a draw, (k, B)"},
    "vae.annealed": {
        "z": "latent of a chain after t − 1 moves, (B, Z)",
        "w": "weight of a chain, (B,)",
        "β": "inverse temperature, from 0 at t = 0 to 1 at t = T",
    },
    "vae.constrained": DISTORTION | {"D₀": "target distortion, nats", "λ": "multiplier, > 0"},
    "vae.geco": {
        "λ": "multiplier of the constraint, > 0",
        "η": "growth rate of the multiplier, per nat and step",
        "C": "moving average of D − D₀, nats",
        "a": "decay of the average, from 0 to 1",
        "D": "distortion of the batch, nats",
        "D₀": "target distortion, nats",
    },
    "vae.free_bits": {"free": "nats of each latent that are not penalised"},
    "vae.warm_up": {"t": "step of the training, from 0", "T": "steps of the warm-up"},
    "vae.rate_distortion": DISTORTION,
    "vae.linear": {
        "D": "numbers of an example",
        "W": "weights of the decoder, (Z, D)",
        "b": "bias of the decoder, (D,)",
        "s": "standard deviation of q by latent, (Z,)",
        "σ": "standard deviation of the data, one number",
    },
    "vae.exact_evidence": {
        "D": "numbers of an example",
        "C": "covariance of the data under the model, (D, D)",
        "b": "bias of the decoder, (D,)",
        "W": "weights of the decoder, (Z, D)",
        "σ": "standard deviation of the data, one number",
    },
    "vae.levels": {
        "a": "logits of the levels of x_d, (B, D, V)",
        "k": "level of x_d, from 0 to V − 1",
        "V": "number of levels: 0, 1/(V − 1), …, 1",
    },
    "vae.ppca": {
        "D": "numbers of an example",
        "Z": "latents",
        "λ": "eigenvalues of the covariance of the data, falling",
        "σ": "its square is the mean of the D − Z smallest eigenvalues",
    },
    "vae.straight_through": CODES,
    "vae.nearest_code": {
        "k": "code of each vector, (…) whole numbers",
        "z_e": CODES["z_e"],
        "e": "the K codes, (K, d)",
    },
    "vae.vq": CODES | {"p": "the model p(x|z_q); nats", "β": "weight of the commitment"},
    "vae.codebook": {
        "N": "moving average of the number of vectors with code k, (K,)",
        "n": "number of vectors of the batch with code k, (K,)",
        "m": "moving average of the sum of these vectors, (K, d)",
        "z": "vectors with code k, (n_k, d)",
        "e": "code k, (K, d)",
        "γ": "decay of the averages, from 0 to 1",
    },
    "vae.codes": {"k": "codes of an example, (B, N) whole numbers", "p": "p(k) the prior of codes; nats"},
    "vae.bits": {"D": "numbers of an example"},
    "vae.baseline": {
        "p": "probability that pixel d is 1, (D,)",
        "x": "training examples, (N, D)",
        "N": "number of examples",
    },
    "vae.active_units": {"A": "variance over examples of the mean of latent d, (Z,)"},
    "vae.spherical": {
        "a": "latent at t = 0, (…, Z)",
        "b": "latent at t = 1, (…, Z)",
        "t": "position on the path, from 0 to 1",
        "ω": "angle between a and b, radians",
    },
}
