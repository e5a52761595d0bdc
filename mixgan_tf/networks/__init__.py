"""Generator and discriminator pairs: plain Keras models."""

from mixgan_tf.networks.dcgan import DCGANDiscriminator
from mixgan_tf.networks.dcgan import DCGANGenerator
from mixgan_tf.networks.layers import GaussianToUniform
from mixgan_tf.networks.layers import OneHot
from mixgan_tf.networks.mlp import MLPDiscriminator
from mixgan_tf.networks.mlp import MLPGenerator
from mixgan_tf.networks.network import Network
from mixgan_tf.networks.normalization import SampleNormalization
from mixgan_tf.networks.resnet import ResNetDiscriminator
from mixgan_tf.networks.resnet import ResNetGenerator
from mixgan_tf.networks.spectral_normalization import SpectralNormalization
from mixgan_tf.networks.spectral_normalization import spectral_norm

__all__ = [
    "DCGANDiscriminator",
    "DCGANGenerator",
    "GaussianToUniform",
    "MLPDiscriminator",
    "MLPGenerator",
    "Network",
    "OneHot",
    "ResNetDiscriminator",
    "ResNetGenerator",
    "SampleNormalization",
    "SpectralNormalization",
    "spectral_norm",
]
