"""The symbols of the ledger have meanings, and no meaning is without its symbol."""

import pytest

from scratchgen.equations import BY_ID, EQUATIONS
from scratchgen.equations.notation import OWN, symbols


@pytest.mark.parametrize("equation", EQUATIONS, ids=lambda e: e.id)
def test_an_equation_has_symbols_that_are_explained(equation):
    assert symbols(equation)


@pytest.mark.parametrize("equation", EQUATIONS, ids=lambda e: e.id)
def test_what_an_equation_explains_for_itself_occurs_in_it(equation):
    own = OWN.get(equation.id, {}) | equation.symbols
    assert own.keys() <= dict(symbols(equation)).keys()


def test_no_meaning_is_that_of_an_equation_that_is_not_there():
    assert OWN.keys() <= BY_ID.keys()


EXPECTED = {
    "vae.elbo": "p x E_q z KL q",
    "vae.constrained": "R D D₀ λ β",
    "vae.vq": "p x z_q β z_e sg e",  # z_q and z_e, not z
    "rnn.bptt": "δ_t g_t W_hh h_t L",
    "rnn.lstm": "c_t f_t i_t g_t h_t o_t σ W_hh W_xh x_t b_h",
    "gan.mmd": "k x y",
}


@pytest.mark.parametrize("id", EXPECTED)
def test_the_symbols_of_an_equation_stand_in_the_order_of_their_use(id):
    assert [symbol for symbol, _ in symbols(BY_ID[id])] == EXPECTED[id].split()
