"""The likeliest text, looked for with a beam."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from scratchgen.autograd import no_grad
from scratchgen.errors import BadInput
from scratchgen.functional import log_softmax
from scratchgen.rnn.sampling import check_request, is_end, read_prompts, text_of


@dataclass(frozen=True)
class Found:
    """A text; log p(what follows the prompt | prompt) in nats; and the score by which it was ranked."""

    text: str
    log_prob: float
    score: float


def beam_search(
    model, prompt: str, n: int, width: int, *, alpha: float = 0.0, stop: str | None = None
) -> list[Found]:
    """Texts of high probability that begin with the prompt, best first: at most `width` of them.

    alpha    of the score of `search`: 0 ranks by probability, which prefers short texts
    stop     a text ends with its first occurrence after the prompt
    Raises BadInput as `search` and as `generate`.
    """
    check_request([prompt], n, stop)
    ends = lambda ids: np.array([bool(stop) and is_end(model.vocabulary, row, stop) for row in ids], bool)
    with no_grad(), model.eval_mode():
        y, state = read_prompts(model, [prompt])
        found = search(y, state, model.stepper(), ends, n, width, alpha)
    return [Found(text_of(model.vocabulary, prompt, ids, stop), p, score) for ids, p, score in found]


def search(
    y: np.ndarray, state: np.ndarray, step: Callable, ends: Callable, n: int, width: int, alpha: float
) -> list[tuple[np.ndarray, float, float]]:
    """Rows of symbols of high probability, best first: their numbers (l,), log p in nats, and the score.

        score = log p(y_1 … y_l) / ((5 + l) / 6)^α,     l = n, or the length of a text with its end

    At each length the `width` likeliest beginnings are kept, and each is tried with every symbol. With
    width 1 that is greedy; with width Vⁿ nothing is ever dropped, and the first text is the best there is.

    y, state    logits of the first symbol (1, V), and the state (L, S, 1, H) that they come from
    step        from the last symbols (K,) and states (L, S, K, H) to logits (K, V) and states
    ends        which of the rows (K, l) have come to their end: (K,) bool
    alpha       0 ranks by probability; larger values make up for the length
    It ends when no beginning could still come to a score that is among the `width` best.
    Raises BadInput for width < 1 and a negative alpha.
    Source: Sutskever et al. (2014), section 3.2; the score: Wu et al. (2016), eq. 14.   Ledger: rnn.beam
    """
    if width < 1 or not 0 <= alpha < np.inf:
        raise BadInput(f"a beam has a width of at least 1 and alpha ≥ 0, not {width} and {alpha}")
    score = lambda log_p, l: log_p / ((5 + l) / 6) ** alpha
    ended: list[tuple[np.ndarray, float, float]] = []
    ids, log_p = np.zeros((1, 0), np.int64), np.zeros(1)  # (K, l), (K,): the beginnings that are kept
    for l in range(n):
        if l > 0:
            y, state = step(ids[:, -1], state)
        joint = log_p[:, None] + log_softmax(y.astype(np.float64))
        best = np.argsort(-joint, axis=None, kind="stable")[:width]
        before, symbols = np.divmod(best, joint.shape[1])
        ids = np.concatenate([ids[before], symbols[:, None]], axis=1)
        log_p, state = joint.ravel()[best], state[:, :, before]
        at_end = ends(ids)
        ended += zip(ids[at_end], log_p[at_end].tolist(), score(log_p[at_end], l + 1).tolist(), strict=True)
        ended = sorted(ended, key=lambda text: -text[2])[:width]
        ids, log_p, state = ids[~at_end], log_p[~at_end], state[:, :, ~at_end]
        if not len(ids) or (len(ended) == width and ended[-1][2] >= score(log_p.max(), n)):
            return ended
    unended = zip(ids, log_p.tolist(), score(log_p, n).tolist(), strict=True)
    return sorted([*ended, *unended], key=lambda text: -text[2])[:width]
