"""Sources of images, and the features by which scores compare them."""
