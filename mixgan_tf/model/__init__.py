"""What a mixture is: networks, their weights, and how samples reach them."""
