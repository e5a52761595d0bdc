"""The neural-net distance: a network trained to tell samples apart."""
