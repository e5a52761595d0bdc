"""The fold as a TFLite file."""
