"""A slider for each latent and the picture that the decoder makes of them."""

import base64

import anywidget
import numpy as np
import torch
import traitlets
from IPython.display import HTML, Image
from ipywidgets import widget_serialization

from .. import metrics
from .._runtime.pixels import png, tile, to_uint8
from . import pictures
from .source import source
from .weights import Weights, check_decoder, shared

THUMBNAILS = 8
BIAS = 0.1  # the largest share of a factor's entropy that chance alone may feign


class Traversal(anywidget.AnyWidget):
    """Move the latents of ``model``, a BurgessVAE or TwoStageVAE, and see what it decodes; without a kernel too.

    ``images`` [N, channels, 64, 64] in [0, 1] are real images. The first eight become buttons that set the latents to
    that image's posterior mean, and mark its posterior on every slider. All of them give each latent its KL in nats,
    the mean over the images: sliders come in that order, and latents below ``active`` nats are folded away.
    ``factors`` [N, F] are the classes behind these images: each slider then names the factor that its latent follows
    most, with the share of that factor's entropy that the latent's posterior mean tells. This takes a thousand images.

    ``widget.z`` is the list of latents, in the model's order. Setting it moves sliders and picture, and moving a slider
    sets it: ``widget.observe(function, "z")``.
    """

    _esm = source("dom.js", "decoder.js", "traversal.js")
    _css = source("widgets.css")
    _ipython_display_ = None  # ipywidgets 7 would show itself by this, without the strip

    z = traitlets.Any().tag(sync=True)
    weights = traitlets.Instance(Weights).tag(sync=True, **widget_serialization)
    channels = traitlets.Int().tag(sync=True)
    sliders = traitlets.List().tag(sync=True)  # {latent, label, active}, from the top
    images = traitlets.List().tag(sync=True)  # {picture, mean [latents], sigma [latents]} of each button

    def __init__(self, model, images=None, factors=None, factor_names=None, active: float = metrics.ACTIVE):
        check_decoder(model)
        kl, mean, sigma, buttons = None, torch.zeros(1, model.latents), None, []
        if images is not None:
            images = check_images(images)
            posterior = metrics.encode_dataset(model, images)
            kl, mean, sigma = posterior.kl().mean(0).numpy(), posterior.mean, (0.5 * posterior.log_variance).exp()
            thumbnails = to_uint8(images[:THUMBNAILS])[None]
            buttons = [
                {"picture": pictures.data_url(thumbnails[:, i : i + 1]),
                 "mean": mean[i].tolist(), "sigma": sigma[i].tolist()}
                for i in range(thumbnails.shape[1])
            ]  # fmt: skip
        elif factors is not None:
            raise ValueError("factors are the classes behind images: pass the images too")
        follows = None if factors is None else followed(mean, factors, factor_names)
        sliders = describe(model.latents, kl, follows, active)
        super().__init__(
            z=mean[0].tolist(), weights=shared(model), channels=model.channels, sliders=sliders, images=buttons
        )
        shown = [slider for slider in sliders if slider["active"]] or sliders[:1]
        rows = pictures.traversals(model, mean[0], [slider["latent"] for slider in shown])
        labels = [slider["label"] for slider in shown]
        self._strip = png(pictures.labelled(tile(rows), labels))
        self._alt = f"Decoded pictures in rows, one latent each, which goes from -3 to 3: {'; '.join(labels)}."

    @traitlets.validate("z")
    def _check_z(self, proposal) -> list[float]:
        z = np.asarray(proposal["value"], dtype=float)
        latents = len(self.sliders) or len(z)
        if z.shape != (latents,) or not np.isfinite(z).all():
            raise ValueError(f"z must be {latents} finite numbers, one for each latent, not {proposal['value']!r}")
        return z.tolist()

    def strip(self) -> Image:
        """The same as a still picture: a row for each active latent, which takes seven values from -3 to 3."""
        return Image(self._strip, format="png", alt=self._alt)

    def strip_html(self) -> HTML:
        """The still picture for a page whose reader has no JavaScript; nothing where the widget itself can move."""
        return HTML(pictures.noscript(self._strip, self._alt))

    def _repr_mimebundle_(self, **options):
        data, metadata = super()._repr_mimebundle_(**options)
        still = {"image/png": base64.b64encode(self._strip).decode(), "text/plain": self._alt}
        return data | still, metadata | {"image/png": {"alt": self._alt}}


def check_images(images) -> torch.Tensor:
    """Float tensor of at least one image, or ValueError. Their shape is the model's to check."""
    images = torch.as_tensor(images)
    if images.ndim != 4 or len(images) == 0:
        raise ValueError(f"images must be [N, channels, 64, 64] with N of at least 1, not {list(images.shape)}")
    if not (images.is_floating_point() and images.min() >= 0 and images.max() <= 1):
        raise ValueError(f"images must be float in [0, 1], not {images.dtype} from {images.min()} to {images.max()}")
    return images


def followed(codes, factors, names: list[str] | None) -> list[str]:
    """For each latent "name (81%)": the factor of whose entropy it tells the largest share, and that share."""
    shares, entropies = metrics.normalized_mutual_information(codes, factors), metrics.factor_entropies(factors)
    names = [f"factor {i}" for i in range(len(entropies))] if names is None else list(names)
    if len(names) != len(entropies):
        raise ValueError(f"factor_names must name all {len(entropies)} factors, not {names}")
    classes = np.array([len(np.unique(factor)) for factor in np.asarray(factors).T])
    varied = np.maximum(entropies, 1e-12)  # of a factor with one class nothing can be told: 0%
    needed = int(((metrics.BINS - 1) * (classes - 1) / (2 * BIAS * varied)).max())
    if len(codes) < needed:
        raise ValueError(
            f"{len(codes)} images are too few to say which factor a latent follows, chance would feign more than "
            f"{BIAS:.0%}: pass at least {needed}, or leave factors out"
        )
    return [f"{names[row.argmax()]} ({min(row.max(), 1):.0%})" for row in shares]


def describe(latents: int, kl: np.ndarray | None, follows: list[str] | None, active: float) -> list[dict]:
    """The sliders from the top: the latent of the largest KL first, or without ``kl`` in the model's order."""
    if kl is None:
        return [{"latent": i, "label": f"z{i}", "active": True} for i in range(latents)]
    sliders = []
    for i in np.argsort(-kl, kind="stable").tolist():
        carries = bool(kl[i] >= active)
        factor = f" · {follows[i]}" if follows and carries else ""
        sliders.append({"latent": i, "label": f"z{i} · {kl[i]:.2f} nats{factor}", "active": carries})
    return sliders
