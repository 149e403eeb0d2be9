"""The symbols of the generative adversarial network."""

from __future__ import annotations

SLOPE = {
    "a": "output of the discriminator: its logit, or the score of a critic; of examples (B, D), (B,)",
    "∇": "gradient by the example, (B, D)",
}

OF_FAMILY = {
    "x": "real examples, (N, D)",
    "y": "generated examples, (M, D)",
    "z": "noise, the input of the generator, (B, Z)",
    "D": "discriminator: the probability that an example is real, in (0, 1); in the code its logit a, D = σ(a)",
    "G": "generator: from noise (B, Z) to examples (B, D)",
    "V": "value of the game, nats: D raises it, G lowers it",
    "p": "density of the data",
    "q": "density of the generator",
    "E_x": "mean over real examples",
    "E_z": "mean over noise",
    "JSD": "Jensen-Shannon divergence, nats, from 0 to log 2",
    "KL": "Kullback-Leibler divergence, nats",
}

OF_EQUATION: dict[str, dict[str, str]] = {
    "gan.parzen": {
        "x": "held-out examples, (B, D)",
        "s": "generated examples, (N, D)",
        "N": "number of generated examples; before a bracket, the normal density",
        "σ": "width of the window",
        "p": "the estimate of the generator's density; nats",
    },
    "gan.discriminator_loss": {
        "a": "scores of real examples: outputs of the discriminator, any real numbers, (B,)",
        "b": "scores of generated ones, (B,)",
    },
    "gan.gradient_penalty": SLOPE | {"λ": "weight of the penalty, > 0", "u": "uniform noise, (B, 1)"},
    "gan.zero_centred_penalty": SLOPE | {"γ": "weight of the penalty, > 0"},
    "gan.spectral_norm": {
        "W": "weights of a layer, (D, H)",
        "σ": "its largest singular value",
        "u": "a direction of length 1",
    },
    "gan.generated_density": {
        "p_g": "density of the generated numbers",
        "p_z": "density of the noise",
        "G": "generator: a function of one number that rises or falls throughout",
        "x": "a generated number",
    },
    "gan.mmd": {"k": "kernel: the similarity of two examples"},
    "gan.frechet": {
        "d": "distance, in the units of the features",
        "m": "means of the features, (D,)",
        "C": "covariances of the features, (D, D)",
    },
    "gan.precision_recall": {"r": "distance to the k-th nearest neighbour of the same set"},
    "gan.density_coverage": {"r": "distance to the k-th nearest neighbour of the same set"},
    "gan.chi_squared": {
        "M": "generated examples",
        "N": "real examples",
        "a": "real examples of class k, (K,)",
        "b": "generated examples of class k, (K,)",
    },
    "gan.chi_squared_tail": {
        "P": "probability",
        "χ": "its square has the distribution of a sum of d squared normal numbers",
        "d": "degrees of freedom",
        "Q": "upper incomplete gamma function, as a share of the whole",
        "x": "a number ≥ 0",
    },
    "gan.mode_divergence": {"K": "number of modes", "q": "share of the samples at mode k, (K,)"},
}
