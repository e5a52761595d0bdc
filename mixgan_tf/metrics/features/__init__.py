"""Where images come from, and the features that scores are made of."""
