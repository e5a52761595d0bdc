"""The fold as a SavedModel."""
