"""Export of a fold as a TFLite file."""
