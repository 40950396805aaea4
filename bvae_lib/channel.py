"""A latent as a noisy channel: what its nats buy, when two images are confused, and what a rotation costs."""

import math

import torch

from .models import Posterior

GRID = 600  # points of z on which one-dimensional integrals are taken


def gaussian_information(signal, noise) -> torch.Tensor:
    """I in nats of z = mean + noise, means Gaussian of variance ``signal``: ln(1 + signal / noise) / 2.

    ``noise`` is the variance of the posterior (chapter 3, equation 8; Cover and Thomas 2006, section 9.1).
    """
    return 0.5 * torch.log1p(torch.as_tensor(signal) / torch.as_tensor(noise))


def spending(posterior: Posterior) -> tuple[torch.Tensor, torch.Tensor]:
    """What each latent's KL pays for, nats [B, latents]: having moved the mean, and having changed the variance.

    The two add up to ``posterior.kl()`` (chapter 3, equation 7).
    """
    moved = 0.5 * posterior.mean.square()
    return moved, posterior.kl() - moved


def confusion(first: Posterior, second: Posterior, generator: torch.Generator | None = None, draws: int = 1) -> float:
    """How often the better guess is wrong about which of two images z came from, over pairs of posteriors [B, latents].

    One half where two posteriors are the same, 0 where they do not overlap; for equal deviations and one latent it is
    the normal tail beyond half the distance (chapter 3, equation 9). An estimate from ``draws`` of z for each image.
    """
    wrong = []
    for truth, other in ((first, second), (second, first)):
        for _ in range(draws):
            z = truth.rsample(generator)
            gap = log_density(z, other) - log_density(z, truth)
            wrong.append((gap > 0).double() + 0.5 * (gap == 0).double())
    return torch.stack(wrong).mean().item()


def log_density(z: torch.Tensor, posterior: Posterior) -> torch.Tensor:
    """log q(z|x) of each z [B, latents] in its own posterior, [B], less (latents / 2) ln 2 pi."""
    scaled = (z - posterior.mean) * (-0.5 * posterior.log_variance).exp()
    return -0.5 * (scaled.square() + posterior.log_variance).sum(-1)


def separation(posterior: Posterior) -> tuple[torch.Tensor, torch.Tensor]:
    """How far apart all pairs of posteriors lie, [B, B]: in standard deviations, and as the share that they overlap.

    The first is the distance of the means, each latent in units of the pair's mean variance. The second is the
    Bhattacharyya coefficient, 1 where two are the same; half of it is never below their ``confusion`` (Kailath 1967).
    """
    mean, variance = posterior.mean, posterior.log_variance.exp()
    pooled = 0.5 * (variance[:, None] + variance)
    squares = ((mean[:, None] - mean).square() / pooled).sum(-1)
    widths = (pooled.log() - 0.5 * (posterior.log_variance[:, None] + posterior.log_variance)).sum(-1)
    return squares.sqrt(), (-squares / 8 - 0.5 * widths).exp()


def blended_distortion(images: torch.Tensor, codes, sigma: float) -> float:
    """Least distortion in nats per image of K binary images whose one latent is N(codes[k], sigma^2).

    The best decoder of z gives each pixel the probability that it is white among the images that z may have come
    from; what is left is the entropy of that, averaged over z (chapter 3, equation 10). ``images`` [K, ...], ``codes``
    [K]. Raises ValueError where they do not pair up.
    """
    codes = torch.as_tensor(codes, dtype=torch.float64)
    if codes.ndim != 1 or len(codes) != len(images) or not sigma > 0:
        raise ValueError(
            f"codes must be one number for each of {len(images)} images and sigma above 0, "
            f"not {list(codes.shape)} and {sigma}"
        )
    pixels = images.flatten(1).double()
    patterns, counts = pixels.T.unique(dim=0, return_counts=True)  # pixels that agree in all images cost the same
    z = torch.linspace(codes.min() - 8 * sigma, codes.max() + 8 * sigma, GRID, dtype=torch.float64)
    density = torch.exp(-0.5 * ((z[:, None] - codes) / sigma).square()) / (sigma * math.sqrt(2 * math.pi))  # [GRID, K]
    total = density.sum(1, keepdim=True)
    white = ((density / total.clamp(min=1e-300)) @ patterns.T).clamp(0, 1)  # [GRID, patterns]
    entropy = -(torch.xlogy(white, white) + torch.xlogy(1 - white, 1 - white)) @ counts.double()
    return torch.trapezoid(total[:, 0] / len(codes) * entropy, z).item()


def turn(z: torch.Tensor, pair: tuple[int, int], angle: float) -> torch.Tensor:
    """``z`` [B, latents] with the plane of two latents turned by ``angle`` radians."""
    i, j = pair
    turned = z.clone()
    turned[:, i] = math.cos(angle) * z[:, i] - math.sin(angle) * z[:, j]
    turned[:, j] = math.sin(angle) * z[:, i] + math.cos(angle) * z[:, j]
    return turned


def turn_posterior(posterior: Posterior, pair: tuple[int, int], angle: float) -> Posterior:
    """The best diagonal posterior once the plane of two latents is turned by ``angle`` radians.

    The means turn along. Of all diagonal q, the one that makes D + beta R least, to second order about an optimum, has
    the turned precision's diagonal; it also makes KL(q || turned posterior) least (chapter 3, equation 12).
    """
    i, j = pair
    precision = (-posterior.log_variance).exp()
    mixed = precision.clone()
    c, s = math.cos(angle) ** 2, math.sin(angle) ** 2
    mixed[:, i] = c * precision[:, i] + s * precision[:, j]
    mixed[:, j] = s * precision[:, i] + c * precision[:, j]
    return Posterior(turn(posterior.mean, pair, angle), -mixed.log())


def turn_cost(posterior: Posterior, pair: tuple[int, int], angle: float) -> torch.Tensor:
    """Nats [B] that the turn of ``turn_posterior`` costs each image, to second order (chapter 3, equation 13).

    Half the log of the product of the turned precisions over that of the old ones: never below 0, and 0 where the two
    latents are equally sharp.
    """
    return 0.5 * (posterior.log_variance - turn_posterior(posterior, pair, angle).log_variance).sum(1)
