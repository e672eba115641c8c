"""Configs of quick networks, and where the shipped ones are."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
CONFIGS = ROOT / "configs"

TINY = """\
dataset: three_class_3d
model: {name: mlp, hidden_sizes: [4]}
optimizer: {name: sgd, learning_rate: 0.1}
training: {batch_size: 10, epochs: 3}
"""
IRIS = """\
name: tiny
dataset: {name: iris, test_fraction: 0.3}
model: {name: mlp, hidden_sizes: [4]}
optimizer: {name: sgd, learning_rate: 0.1}
training: {batch_size: 35, epochs: 4}
"""
SELECTED = """\
name: selected
dataset: {name: iris, test_fraction: 0.2, validation_fraction: 0.2}
model: {name: mlp, hidden_sizes: [8], activation: tanh}
optimizer: {name: adam, learning_rate: 0.02}
training: {batch_size: 16, epochs: 6}
seeds: 3
"""
MOONS = """\
dataset: {name: synthetic, kind: moons, samples: 60}
model: {name: mlp, hidden_sizes: [8]}
optimizer: {name: adam, learning_rate: 0.05}
training: {batch_size: 16, epochs: 4}
"""
SINE = """\
dataset: {name: synthetic, kind: function, function: sine, samples: 60}
model: {name: mlp, hidden_sizes: [8], activation: tanh}
optimizer: {name: adam, learning_rate: 0.05}
training: {batch_size: 16, epochs: 4}
"""
# Of many steps.
MLP = """\
dataset: three_class_3d
model: {name: mlp, hidden_sizes: [6], dropout: 0.2}
optimizer: {name: adam, learning_rate: 0.01}
training: {batch_size: 1, epochs: 20}
"""
CNN = """\
dataset: {name: digits, test_fraction: 0.7}
model:
  name: cnn
  layers: [{layer: conv, channels: 4, kernel_size: 3, batch_norm: true}, {layer: max_pool}, {layer: dropout, rate: 0.2}]
optimizer: {name: adam, learning_rate: 0.01}
training: {batch_size: 4, epochs: 3, threads: 1}
seeds: 2
"""
