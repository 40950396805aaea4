"""The aggregate posterior q(z): the mean of q(z|x) over the images of a data set."""

import torch

from ._runtime.arguments import whole_number
from .models import Posterior
from .models._inputs import check_posterior

METHODS = ("stratified", "weighted", "first-column")


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
    - "first-column": what the paper's program, and most that follow it, compute as the stratified one. 1 / size goes to
      the first image of the batch, whichever image z was drawn from; that one weighs as much as the others.

    The logarithm of an estimate without bias is too low on average, the more so the more latents the batch has to
    cover. ``metrics.minibatch_bias`` measures by how much.

    Args:
        z: [n, latents], z[i] drawn from the posterior of image i: of all images of the batch, or of its first n.
        posterior: of the batch, [B, latents].
        size: images in the data set, at least 2.
        method: "stratified", "weighted" or "first-column".

    Returns:
        log q(z) [n], and log q(z_j) [n, latents], in nats.

    Raises:
        TypeError: for what is no posterior.
        ValueError: for shapes that do not pair up, fewer than two images, or an unknown method.
    """
    mean = check_posterior("posterior", posterior).mean
    batch, latents = mean.shape
    if batch < 2:
        raise ValueError(f"posterior must be of a batch of at least 2, [B, latents], not {list(mean.shape)}")
    if z.ndim != 2 or z.shape[1] != latents or not 1 <= len(z) <= batch:
        raise ValueError(f"z must be [n, {latents}] with n from 1 to {batch}, as posterior, not {list(z.shape)}")
    size = whole_number("size", size, batch if method == "first-column" else 2)
    if method not in METHODS:
        raise ValueError(f"method must be one of {', '.join(METHODS)}, not {method!r}")
    if method == "weighted":
        weights = z.new_full((len(z), batch), 1 / (size * batch))
    elif method == "stratified":
        weights = z.new_full((len(z), batch), (1 - 1 / size) / (batch - 1)).fill_diagonal_(1 / size)
    else:
        weights = z.new_full((len(z), batch), 1 / (batch - 1))
        weights[:, 0], weights[:, 1] = 1 / size, (size - batch + 1) / (size * (batch - 1))
    log_q = posterior.log_density(z[:, None])  # [z, image, latent]
    log_weights = weights.log()
    joint = (log_q.sum(dim=2) + log_weights).logsumexp(dim=1)
    return joint, (log_q + log_weights[..., None]).logsumexp(dim=1)
