"""The mixture and its selector as one generator."""
