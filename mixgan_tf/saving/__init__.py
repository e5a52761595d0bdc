"""Presets and `.keras` files: written whole, and checked when read."""
