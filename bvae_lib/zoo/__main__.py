"""python -m bvae_lib.zoo: train what is missing (`make zoo` does), first chapter 4's films, then the models."""

from . import films, train_missing

films.train_missing()
train_missing()
