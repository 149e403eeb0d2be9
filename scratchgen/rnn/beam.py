"""Beam search: the most probable continuations of a text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from scratchgen.autograd import no_grad
from scratchgen.errors import check_counts, check_numbers
from scratchgen.functional import log_softmax
from scratchgen.rnn.protocols import Decoder, TextModel
from scratchgen.rnn.sampling import check_request, is_end, read_prompts, text_of


@dataclass(frozen=True)
class Hypothesis:
    """A text that beam search found.

    text        the prompt and its continuation
    log_prob    log p(continuation | prompt) in nats
    score       the number by which it was ranked: log_prob over its length penalty
    """

    text: str
    log_prob: float
    score: float


def beam_search(
    model: TextModel,
    prompt: str,
    n: int,
    width: int,
    *,
    length_penalty: float = 0.0,
    stop: str | None = None,
) -> list[Hypothesis]:
    """The most probable texts of up to n more symbols that begin with the prompt, best first.

        beam_search(model, "def ", 40, width=8)[0].text

    model             a `LanguageModel`, or any `rnn.TextModel`
    width             number of hypotheses that are kept at each length, and at most returned
    length_penalty    α of the score of `search`: 0 ranks by probability, which prefers short texts
    stop              a text ends with the first occurrence of this string after the prompt
    Raises BadInput for the values that `search` and `generate` refuse.   Ledger: rnn.beam
    """
    check_request([prompt], n, stop)
    tokenizer = model.tokenizer
    ends = lambda ids: np.array([bool(stop) and is_end(tokenizer, row, stop or "") for row in ids], bool)
    with no_grad(), model.eval_mode():
        y, state = read_prompts(model, [prompt])
        found = search(y, state, model.incremental_decoder(), ends, n, width, length_penalty)
    return [Hypothesis(text_of(tokenizer, prompt, ids, stop), p, score) for ids, p, score in found]


def search(
    y: np.ndarray,
    state: np.ndarray,
    decode: Decoder,
    ends: Callable[[np.ndarray], np.ndarray],
    n: int,
    width: int,
    length_penalty: float,
) -> list[tuple[np.ndarray, float, float]]:
    """Sequences of symbols of high probability, best first: their ids (l,), log p in nats, and the score.

        score = log p(y_1 … y_l) / ((5 + l) / 6)^α,     l = n, or the length of a text with its end

    At each length the `width` most probable beginnings are kept, and each is extended by every symbol. Width 1
    is greedy; with width Vⁿ no beginning is ever dropped, and the first result is the optimum.

    y, state          logits of the first symbol (1, V), and the state (L, S, 1, H) that they come from
    decode            from the last symbols (K,) and states (L, S, K, H) to logits (K, V) and states
    ends              which of the sequences (K, l) have ended: (K,) bool
    length_penalty    α: 0 ranks by probability; a larger value favours longer texts
    The search stops when no beginning can still reach a score among the `width` best.
    Raises BadInput for width < 1 and a negative length penalty.
    Source: Sutskever et al. (2014), section 3.2; the score: Wu et al. (2016), eq. 14.   Ledger: rnn.beam
    """
    check_counts(width=width)
    check_numbers("[0, ∞)", length_penalty=length_penalty)
    score = lambda log_p, l: log_p / ((5 + l) / 6) ** length_penalty
    ended: list[tuple[np.ndarray, float, float]] = []
    ids, log_p = np.zeros((1, 0), np.int64), np.zeros(1)  # (K, l), (K,): the beginnings that are kept
    for l in range(n):
        if l > 0:
            y, state = decode(ids[:, -1], state)
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
