"""The page that shows what was found of a model."""
