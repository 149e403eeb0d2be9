"""Benchmarks: kernels and whole training steps, next to peers."""
