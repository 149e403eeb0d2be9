"""From what was recorded to what a model sees, and back."""
