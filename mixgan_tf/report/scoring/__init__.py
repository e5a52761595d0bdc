"""Scores of a model by a protocol."""
