"""Images that end a training run."""

import signal

from bvae_lib.data import ImageSet

import torch

IMAGES = torch.rand(20, 1, 64, 64, generator=torch.Generator().manual_seed(0)).round()


def interrupt():
    """What Ctrl-C does."""
    signal.raise_signal(signal.SIGINT)


class Mortal(ImageSet):
    """IMAGES, until ``end`` is called after some batches of 2 to 15."""

    def __init__(self, batches, end=interrupt):
        self.left, self.end = batches, end

    def __len__(self):
        return len(IMAGES)

    def __getitem__(self, indices):
        if 1 < len(indices) < 16:  # not a first look
            self.left -= 1
        if self.left < 0:
            self.end()
        return IMAGES[indices]

    def to(self, device):
        return self
