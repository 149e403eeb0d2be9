"""Exercises on the generative adversarial network."""
