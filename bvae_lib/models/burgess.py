"""The network of Burgess et al. (2018): an encoder to a Gaussian posterior, a decoder to pixel logits."""

import torch
from torch import nn

from .posterior import Posterior, check_latents
from .upsampling import Upsampling


def keep_variance(layer: nn.Module) -> None:
    """Draw the weights of one layer so that signals keep their size through ReLU layers (He et al. 2015).

    PyTorch's own start shrinks them at every layer. Fourteen layers on, hardly anything of the image is left, and
    a VAE with beta = 1 sits on the prior for thousands of steps before it learns anything.
    """
    if isinstance(layer, nn.Linear | nn.Conv2d | nn.ConvTranspose2d):
        inputs = layer.weight[0].numel()  # weights that add up to one output
        if isinstance(layer, nn.ConvTranspose2d):  # [in, out, k, k], of which a stride s leaves one in s * s
            inputs = layer.weight[:, 0].numel() / (layer.stride[0] * layer.stride[1])
        nn.init.normal_(layer.weight, std=(2 / inputs) ** 0.5)
        nn.init.zeros_(layer.bias)


def hidden_apart(chains: list[nn.Sequential], parameters: list[nn.Parameter]) -> list[dict]:
    """For ``fit``: of ``parameters`` the weights between hidden units of ``chains`` of layers, and all the rest."""
    layers = [[layer for layer in chain if hasattr(layer, "weight")] for chain in chains]
    hidden = [layer.weight for chain in layers for layer in chain[1:-1]]
    rest = [p for p in parameters if all(p is not weight for weight in hidden)]
    return [{"params": hidden, "orthogonal": True}, {"params": rest}]


class BurgessVAE(nn.Module):
    """The 64 x 64 network of Burgess et al. (2018, section A.1), with weights drawn from ``seed``.

    Encoder: four convolutions (32 channels, kernel 4, stride 2), two fully connected layers of 256, then mean and
    log-variance. The decoder is its mirror image. ReLU between layers; the output is Bernoulli logits.
    The paper does not say how weights begin; here as in He et al. (2015), see ``keep_variance``, and posteriors as
    the prior.
    """

    def __init__(self, channels: int = 1, latents: int = 10, seed: int = 0):
        super().__init__()
        if channels < 1 or latents < 1:
            raise ValueError(f"channels and latents must be at least 1, not {channels} and {latents}")
        self.channels, self.latents = channels, latents
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.encoder = nn.Sequential(  # 64 x 64 pixels -> 2 latents numbers
                nn.Conv2d(channels, 32, 4, 2, 1), nn.ReLU(True),  # 32 x 32
                nn.Conv2d(32, 32, 4, 2, 1), nn.ReLU(True),  # 16 x 16
                nn.Conv2d(32, 32, 4, 2, 1), nn.ReLU(True),  # 8 x 8
                nn.Conv2d(32, 32, 4, 2, 1), nn.ReLU(True),  # 4 x 4
                nn.Flatten(),
                nn.Linear(512, 256), nn.ReLU(True),
                nn.Linear(256, 256), nn.ReLU(True),
                nn.Linear(256, 2 * latents),
            )  # fmt: skip
            self.decoder = nn.Sequential(
                nn.Linear(latents, 256), nn.ReLU(True),
                nn.Linear(256, 256), nn.ReLU(True),
                nn.Linear(256, 512), nn.ReLU(True),
                nn.Unflatten(1, (32, 4, 4)),
                Upsampling(32, 32), nn.ReLU(True),
                Upsampling(32, 32), nn.ReLU(True),
                Upsampling(32, 32), nn.ReLU(True),
                Upsampling(32, channels),
            )  # fmt: skip
            self.apply(keep_variance)
            # Every posterior begins as the prior, rate 0: otherwise all latents talk at once before any is worth it.
            nn.init.zeros_(self.encoder[-1].weight)

    def features(self, images: torch.Tensor) -> torch.Tensor:
        """What the encoder makes of ``images`` [B, channels, 64, 64] in [0, 1] before its head: [B, 256].

        Mean and log-variance are linear in these. Raises ValueError for images of another shape or kind.
        """
        if images.ndim != 4 or images.shape[1:] != (self.channels, 64, 64) or not images.is_floating_point():
            raise ValueError(
                f"images must be float of shape [B, {self.channels}, 64, 64] in [0, 1], "
                f"not {images.dtype} of shape {list(images.shape)}"
            )
        return self.encoder[:-1](images.contiguous(memory_format=torch.channels_last))

    def encode(self, images: torch.Tensor) -> Posterior:
        """Posterior of ``images``, [B, channels, 64, 64] in [0, 1] -> mean and log-variance [B, latents].

        Raises ValueError for images of another shape or kind.
        """
        return Posterior(*self.encoder[-1](self.features(images)).float().chunk(2, dim=1))

    def decode(self, z: torch.Tensor) -> torch.Tensor:
        """Bernoulli logits [B, channels, 64, 64] of p(x|z) for latents ``z`` [B, latents]."""
        check_latents(z, self.latents)
        return self.decoder(z).float()

    def parameter_groups(self) -> list[dict]:
        """For ``fit``: weights from hidden units to hidden units, which Muon makes orthogonal, and all the rest."""
        return hidden_apart([*self.children()], [*self.parameters()])  # encoder and decoder

    @torch.no_grad()
    def reconstruct(self, images: torch.Tensor) -> torch.Tensor:
        """Pixel probabilities [B, channels, 64, 64] decoded from the posterior means of ``images``."""
        return self.decode(self.encode(images).mean).sigmoid()

    @torch.no_grad()
    def silence(self, latents: torch.Tensor) -> None:
        """Put the posterior of ``latents``, a mask [latents], on the prior whatever the image: they send 0 nats."""
        head = self.encoder[-1]
        for rows in (head.weight.unflatten(0, (2, -1)), head.bias.unflatten(0, (2, -1))):  # means, log-variances
            rows[:, latents.to(rows.device)] = 0
