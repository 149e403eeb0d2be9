"""The initial bias of a decoder, which outputs the mean example for every latent."""

from __future__ import annotations

import numpy as np

from scratchgen.errors import BadInput
from scratchgen.nn import Parameter
from scratchgen.vae.likelihoods import Likelihood

__all__ = ["OutputBias"]


class OutputBias:
    """A model with a `likelihood` of its decoder's output, to which the decoder adds a bias (D · outputs,)."""

    likelihood: Likelihood

    def _output_bias(self) -> Parameter:
        """The bias that the decoder adds last."""
        raise NotImplementedError

    def init_output_bias(self, mean: np.ndarray, scale: np.ndarray | float | None = None) -> None:
        """Set the decoder's last bias so that it outputs the mean image (D,) for every latent.

        Called before training, which then need not learn first which pixels are always black.

        mean     of the data; for a categorical likelihood of V levels better the shares (D, V) of the levels
        scale    of a Gaussian or logistic likelihood, which then begins with this deviation, and the networks compute
                 in units of it: the standard deviation of the data about their mean image. One number for
                 data of one unit, such as pixels; (D,) for a table whose columns have different units. None leaves it
                 to `vae.train` or `vae.train_vq`, which take one number

            model.init_output_bias(images.mean(axis=0), np.std(images - images.mean(axis=0)))
            model.init_output_bias(table.mean(axis=0), table.std(axis=0))
            model.init_output_bias(evaluation.level_shares(images, V))

        Raises BadInput for a mean outside the range of the data, for a scale that is negative or not finite, and for
        a scale under another likelihood.
        """
        if scale is not None:
            if not hasattr(self.likelihood, "init_scale"):
                raise BadInput(
                    "scale is for a Gaussian or logistic likelihood, which begins with it; leave it out"
                )
            self.likelihood.init_scale(mean, scale)
        self._output_bias().data[...] = self.likelihood.output_for_mean(mean)
