"""How a mixture trains: `compile`, `fit`, and the step between them."""
