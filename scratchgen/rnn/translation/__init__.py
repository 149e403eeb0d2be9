"""Sequence to sequence: encoder, decoder and attention."""
