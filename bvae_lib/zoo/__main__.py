"""python -m bvae_lib.zoo: train what is missing (`make zoo` does)."""

from . import train_missing

train_missing()
