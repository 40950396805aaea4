"""What each model of the zoo is: network, objective with all its arguments, and how it is trained."""

from ..objectives import BetaVAE, Capacity, Constrained

OBJECTIVES = {objective.__name__: objective for objective in (BetaVAE, Capacity, Constrained)}

PRICES = (1, 4, 16, 64, 256)  # of the runs that trace a rate-distortion curve


def recipe(objective: type, arguments: dict, steps: int, lr: float = 1e-3, seed: int = 0) -> dict:
    """A recipe as plain values, so that a card can hold it."""
    return {
        "data": "dsprites",
        "network": {"channels": 1, "latents": 10},
        "objective": {"name": objective.__name__, "arguments": arguments},
        "fit": {"steps": steps, "batch_size": 64, "lr": lr, "optimizer": "adam"},
        "seed": seed,
    }


# The budget grows over 14,000 steps; stopped early, at about 7 nats, while each latent still follows one factor.
EARLY = {"start": 0.5, "stop": 25.0, "steps": 14_000, "multiplier": 100.0, "speed": 0.01}

RECIPES = {"dsprites-early": recipe(Constrained, EARLY, steps=4_500)}
RECIPES |= {f"dsprites-price-{beta}": recipe(BetaVAE, {"beta": beta}, steps=1_500) for beta in PRICES}
