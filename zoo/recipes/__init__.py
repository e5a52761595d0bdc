"""Training recipes: one `ml_collections` config a file, loaded by its name."""
