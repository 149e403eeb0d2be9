"""Exercises on the variational autoencoder."""
