"""The one place that knows private or faulty parts of Keras and TensorFlow."""
