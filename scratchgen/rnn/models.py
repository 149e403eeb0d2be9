"""A language model over characters: a recurrent network that predicts the next one."""

from __future__ import annotations

import numpy as np

from scratchgen.autograd import no_grad
from scratchgen.data import Vocabulary
from scratchgen.errors import BadInput
from scratchgen.functional import linear, softmax, softmax_cross_entropy, tanh_recurrence
from scratchgen.nn import Embedding, Module, Parameter
from scratchgen.nn.init import glorot_uniform, orthogonal
from scratchgen.random import Generator


class LanguageModel(Module):
    """p(c_{t+1} | c_1 … c_t) = softmax(y_t)[c_{t+1}].

        h_t = tanh(x_t W_xh + h_{t−1} W_hh + b_h),     y_t = h_t W_hy + b_y

    x_t is the learned embedding of character c_t. W_hh begins as a rotation, so that early in training
    gradients neither grow nor fade on their way back through time.
    """

    def __init__(
        self, vocabulary: Vocabulary, hidden: int = 256, embedding: int = 64, rng: Generator | None = None
    ):
        if min(hidden, embedding) < 1:
            raise ValueError(f"sizes are at least 1, not embedding {embedding} and hidden {hidden}")
        rng = rng or Generator(0)
        V = vocabulary.size
        self.vocabulary = vocabulary
        self.embedding = Embedding(V, embedding, rng)
        self.W_xh = Parameter(glorot_uniform(rng, embedding, hidden))
        self.W_hh = Parameter(orthogonal(rng, hidden))
        self.b_h = Parameter(np.zeros(hidden, np.float32))
        self.W_hy = Parameter(glorot_uniform(rng, hidden, V))
        self.b_y = Parameter(np.zeros(V, np.float32))

    def initial_state(self, batch_size: int) -> np.ndarray:
        """h_0 = 0   (B, H)."""
        return np.zeros((batch_size, self.W_hh.shape[0]), self.W_hh.dtype)

    def forward(self, ids, h0):
        """Logits of the next character at every place, and the states.

        ids (T, B) int, h0 (B, H) → y (T, B, V), h (T, B, H)
        """
        h = tanh_recurrence(self.embedding(ids), h0, self.W_xh, self.W_hh, self.b_h)
        return linear(h, self.W_hy, self.b_y), h

    def loss(self, ids, targets, h0=None):
        """−log p(target | everything before) for every character, and the last state as a plain array.

        ids, targets (T, B) int, h0 (B, H) or None for zeros → loss (T, B) nats, h_T (B, H)
        """
        h0 = self.initial_state(ids.shape[1]) if h0 is None else h0
        y, h = self.forward(ids, h0)
        return softmax_cross_entropy(y, targets), h.numpy()[-1]

    def generate(self, prompt: str, n: int, temperature: float, rng: Generator) -> str:
        """The prompt and n more characters, each drawn from softmax(y_t / temperature).

        temperature    1 samples from the model, lower is more cautious, 0 always takes the likeliest
        Raises BadInput for an empty prompt, one with characters that the vocabulary cannot encode, n < 0 and
        a negative temperature.
        """
        if not prompt:
            raise BadInput("the prompt is empty; give at least one character to continue")
        if n < 0 or not 0 <= temperature < np.inf:
            raise BadInput(
                f"cannot draw {n} characters at temperature {temperature}; both must be at least 0"
            )
        ids = list(self.vocabulary.encode(prompt))
        with no_grad():
            y, h = self.forward(np.array(ids)[:, None], self.initial_state(1))
            for _ in range(n):
                ids.append(_draw(y.numpy()[-1, 0], temperature, rng))
                y, h = self.forward(np.array([[ids[-1]]]), h.numpy()[-1])
        return self.vocabulary.decode(ids)


def _draw(logits: np.ndarray, temperature: float, rng: Generator) -> int:
    if temperature == 0:
        return int(np.argmax(logits))
    relative = logits.astype(np.float64) - logits.max()  # at most 0: a small temperature gives −∞, not NaN
    with np.errstate(over="ignore"):
        return int(rng.categorical(softmax(relative / temperature)))
