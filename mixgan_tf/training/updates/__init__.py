"""The gradients of one step: a file for each kind of update."""
