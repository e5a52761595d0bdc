"""Trained classifiers whose features scores compare, and how they were made.

A folder for each: config.json, model.weights.h5 and metadata.json. They are
loaded by `mixgan_tf.metrics.get_extractor` and made by
`python -m mixgan_tf.zoo.extractors.train`.
"""
