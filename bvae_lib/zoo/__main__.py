"""python -m bvae_lib.zoo: train what is missing (`make zoo` does), first chapter 4's runs, then the models."""

from .missing import train_missing

train_missing()
