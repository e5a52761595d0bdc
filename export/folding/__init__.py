"""The fold: a mixture and its selector as one generator."""
