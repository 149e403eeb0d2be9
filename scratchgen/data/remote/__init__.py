"""Downloads: where files come from, and verified copies of them."""
