"""The aggregate posterior q(z): the mean of q(z|x) over the images of a data set."""

import math

import torch

from ._runtime.arguments import same_shape, whole_number
from .models import Posterior

LOG_2_PI = math.log(2 * math.pi)


def minibatch_log_density(
    z: torch.Tensor, posterior: Posterior, size: int, method: str = "stratified"
) -> tuple[torch.Tensor, torch.Tensor]:
    """Estimate log q(z) and log q(z_j) of each latent from one batch of a data set (Chen et al. 2018, appendix C).

    Both are logarithms of a mean of q(z|x) over the batch, in which the image that z was drawn from weighs less than
    its share of the batch: in the data set it is one of ``size``. Gradients flow to ``z`` and ``posterior``.

    - "stratified": z's own image weighs 1 / size, as in the data set, and the others share the rest evenly. Of q(z)
      itself that is without bias. The paper gives one of the others, the last, another weight; this is its mean over
      which one is last, and so the order of the images does not matter.
    - "weighted": each of the B images weighs 1 / (size B). That is a lower bound in expectation, and far below q(z):
      by up to log(size).

    The logarithm of an estimate without bias is too low on average, the more so the more latents the batch has to
    cover.

    Args:
        z: [B, latents], z[i] drawn from the posterior of image i.
        posterior: of the batch, [B, latents].
        size: images in the data set, at least 2.
        method: "stratified" or "weighted".

    Returns:
        log q(z) [B], and log q(z_j) [B, latents], in nats.

    Raises:
        ValueError: for shapes that differ, fewer than two images, or an unknown method.
    """
    same_shape(z=z, mean=posterior.mean, log_variance=posterior.log_variance)
    if z.ndim != 2 or len(z) < 2:
        raise ValueError(f"z must be a batch of at least 2, [B, latents], not {list(z.shape)}")
    batch, size = len(z), whole_number("size", size, 2)
    if method == "stratified":
        weights = z.new_full((batch, batch), (1 - 1 / size) / (batch - 1)).fill_diagonal_(1 / size)
    elif method == "weighted":
        weights = z.new_full((batch, batch), 1 / (size * batch))
    else:
        raise ValueError(f'method must be "stratified" or "weighted", not {method!r}')
    mean, log_variance = posterior
    squares = (z[:, None] - mean).square() * (-log_variance).exp()
    log_q = -0.5 * (squares + log_variance + LOG_2_PI)  # [z, image, latent]
    log_weights = weights.log()
    joint = (log_q.sum(dim=2) + log_weights).logsumexp(dim=1)
    return joint, (log_q + log_weights[..., None]).logsumexp(dim=1)
