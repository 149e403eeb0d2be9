"""Faults of evaluation metrics."""

from ..fault import Fault

METRICS = (
    Fault(
        name="an example compared with itself",
        module="scratchgen.evaluation.mmd",
        text="total += k.sum() - np.trace(k, offset=some.start)\n    return total / (n * (n - 1))",
        wrong="total += k.sum()\n    return total / n**2",
        says="The V-statistic: its expectation is not 0 for equal distributions.",
        claims=("claims/test_mmd.py",),
        only="not honest",
    ),
    Fault(
        name="no root of the covariances",
        module="scratchgen.evaluation.frechet",
        text="np.trace(C_x) + np.trace(C_y) - 2 * np.sum(roots)",
        wrong="np.trace(C_x) + np.trace(C_y)",
        says="The distance of a set from itself is twice its variance.",
        claims=("claims/test_frechet.py",),
    ),
    Fault(
        name="covariances that divide by n",
        module="scratchgen.evaluation.frechet",
        text="return centred.T @ centred / (len(x) - 1)",
        wrong="return centred.T @ centred / len(x)",
        says="The biased covariance of the sample instead of the unbiased estimate.",
        claims=("claims/test_frechet.py",),
        equations=("gan.frechet",),
    ),
    Fault(
        name="normaliser of a window with a factor D too many",
        module="scratchgen.evaluation.parzen",
        text="return result - D * np.log(",
        wrong="return result - D * D * np.log(",
        says="D² log(σ √2π) instead of D log(σ √2π).",
        claims=("claims/test_parzen.py",),
        only="mean_log_density",
    ),
    Fault(
        name="width chosen on the test examples",
        module="scratchgen.evaluation.parzen",
        text="_log_densities(samples, validation, widths).mean(axis=1))]",
        wrong="_log_densities(samples, test, widths).mean(axis=1))]",
        says="The width is chosen on the examples whose score is reported.",
        claims=("claims/test_parzen.py",),
        only="does_not_look",
    ),
    Fault(
        name="a sample paired with itself",
        module="scratchgen.evaluation.diversity",
        text="(distances.sum() - np.trace(distances)) / (n * (n - 1))",
        wrong="distances.mean()",
        says="The zero distances of the samples from themselves are counted: few samples look less diverse.",
        claims=("claims/test_conditions.py",),
        only="diversity",
    ),
    Fault(
        name="a correlation over all groups",
        module="scratchgen.evaluation.correlation",
        text="x - (np.bincount(place, x) / n)[place]",
        wrong="x - x.mean()",
        says="Differences between the groups count as a correlation: digits of one class lean alike.",
        claims=("claims/test_conditions.py",),
        only="correlation",
    ),
)
