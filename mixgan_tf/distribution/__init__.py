"""Rows of the global batch, replicas, devices and threads."""
