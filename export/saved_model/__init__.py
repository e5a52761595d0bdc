"""Export of a fold as a SavedModel."""
