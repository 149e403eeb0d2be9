"""Looking into a trained recurrent network."""
