"""Generator and discriminator pairs: plain Keras models."""

from mixgan_tf.networks.dcgan import DCGANDiscriminator
from mixgan_tf.networks.dcgan import DCGANGenerator
from mixgan_tf.networks.layers import OneHot
from mixgan_tf.networks.mlp import MLPDiscriminator
from mixgan_tf.networks.mlp import MLPGenerator
from mixgan_tf.networks.network import Network

__all__ = [
    "DCGANDiscriminator",
    "DCGANGenerator",
    "MLPDiscriminator",
    "MLPGenerator",
    "Network",
    "OneHot",
]
