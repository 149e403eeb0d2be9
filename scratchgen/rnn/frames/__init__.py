"""Sequences of frames: music and sound."""
