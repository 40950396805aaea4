"""What all tests share."""

from bvae_lib.data import DSprites

import pytest
import torch
from hypothesis import settings

# The same examples on every machine, and no limit on how long one may take.
settings.register_profile("repeatable", deadline=None, database=None, derandomize=True)
settings.load_profile("repeatable")

# Batches are tiny here: a second thread would only wait for the first.
torch.set_num_threads(1)


@pytest.fixture(scope="session")
def sprites() -> DSprites:
    """The whole of dSprites, drawn once."""
    return DSprites(device="cpu")
