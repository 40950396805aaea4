"""A slider for each latent, and the image that the decoder makes of them."""

import base64
from collections.abc import Sequence
from typing import Any

import anywidget
import numpy as np
import torch
import traitlets
from IPython.display import HTML, Image
from ipywidgets import widget_serialization
from numpy.typing import ArrayLike

from .. import metrics
from .._runtime.arguments import numbers
from .._runtime.pixels import png, tile, to_uint8
from ..data import ImageSet
from ..data.base import as_images
from ..metrics.information import check, check_names
from ..models import VAE
from . import pictures
from .source import source
from .weights import Weights, check_decoder, shared

THUMBNAILS = 8
HELD = 0.9  # the least determinant in holders with which the shape follows a pointer
BIAS = 0.1  # the largest normalised mutual information that may be due to chance alone


class Traversal(anywidget.AnyWidget):
    """A slider for each latent of a model, and the image decoded from them; the page needs no kernel.

    The first eight images become buttons that set the latents to that image's posterior mean and mark its posterior on
    every slider. Sliders are sorted by the KL of their latents, the mean over all images, and inactive latents are
    folded away. With ``factors`` each slider names the factor that its latent follows, and their normalised mutual
    information. This takes a thousand images or so. Where two latents hold the factors pos_x and pos_y, the shape in
    the picture can be dragged: the page finds the values of the two that put it under the pointer.

    ``widget.z``, the list of latents in the model's order, can be set and observed.

    Args:
        model: a BurgessVAE, or a TwoStageVAE whose last stage has a reference.
        images: real images [N, channels, 64, 64] in [0, 1], a tensor, an array or a small ImageSet.
        factors: classes of these images, [N, F].
        factor_names: [F]; by default their numbers.

    Raises:
        TypeError: for what gives no images.
        ValueError: for a model whose decoder the page cannot run, for images or factors of another kind, and for too
            few images to say which factor a latent follows.
    """

    _esm = source("dom.js", "drag.js", "address.js", "decoder.js", "grab.js", "traversal.js")
    _css = source("widgets.css")
    _ipython_display_ = None  # ipywidgets 7 would show itself by this, without the strip

    z = traitlets.TraitType().tag(sync=True)
    weights = traitlets.Instance(Weights).tag(sync=True, **widget_serialization)
    channels = traitlets.Int().tag(sync=True)
    sliders = traitlets.List().tag(sync=True)  # {latent, label, active}, from the top
    grab = traitlets.List().tag(sync=True)  # the two latents that move the shape, or none
    images = traitlets.List().tag(sync=True)  # {url, mean [latents], sigma [latents]} of each button

    def __init__(
        self,
        model: VAE,
        images: ImageSet | torch.Tensor | None = None,
        factors: Any = None,
        factor_names: Sequence[str] | None = None,
    ):
        check_decoder(model)
        kl, mean, sigma, buttons = None, torch.zeros(1, model.latents), None, []
        if images is not None:
            images = as_images(images)
            posterior = metrics.encode_dataset(model, images)
            kl, mean, sigma = posterior.kl().mean(0).numpy(), posterior.mean, (0.5 * posterior.log_variance).exp()
            thumbnails = to_uint8(images[torch.arange(min(THUMBNAILS, len(images)))])[None]
            buttons = [
                {"url": pictures.data_url(thumbnails[:, i : i + 1]),
                 "mean": mean[i].tolist(), "sigma": sigma[i].tolist()}
                for i in range(thumbnails.shape[1])
            ]  # fmt: skip
        elif factors is not None:
            raise ValueError("factors are the classes behind images: pass the images too")
        follows = None if factors is None else followed(mean, factors, factor_names)
        sliders = describe(model.latents, kl, follows)
        active = [slider["latent"] for slider in sliders if slider["active"]]
        super().__init__(
            z=mean[0].tolist(),
            weights=shared(model),
            channels=model.channels,
            sliders=sliders,
            images=buttons,
            grab=[] if factors is None or model.channels > 1 else holders(mean, factors, factor_names, active),
        )
        shown = [slider for slider in sliders if slider["active"]] or sliders[:1]
        rows = pictures.traversals(model, mean[0], [slider["latent"] for slider in shown])
        labels = [slider["label"] for slider in shown]
        self._strip = png(pictures.labelled(tile(rows), labels))
        self._alt = f"Decoded images in rows, one latent each, which goes from -3 to 3: {'; '.join(labels)}."

    @traitlets.validate("z")
    def _check_z(self, proposal: dict) -> list[float]:
        return numbers("z", proposal["value"], (len(self.sliders),)).tolist()

    def strip(self) -> Image:
        """Make a still image: a row for each active latent, which takes seven values from -3 to 3."""
        return Image(self._strip, format="png", alt=self._alt)

    def strip_html(self) -> HTML:
        """Make the still image for a page without JavaScript; it shows nothing where the widget itself can move."""
        return pictures.noscript(self._strip, self._alt)

    def _repr_mimebundle_(self, **options: Any) -> tuple[dict, dict]:
        data, metadata = super()._repr_mimebundle_(**options)  # type: ignore[misc]  # never None for an open widget
        still = {"image/png": base64.b64encode(self._strip).decode(), "text/plain": self._alt}
        return data | still, metadata | {"image/png": {"alt": self._alt}}


def followed(codes: ArrayLike, factors: ArrayLike, names: Sequence[str] | None) -> list[str]:
    """Return for each latent "name (81%)": the factor of largest normalised mutual information, and that."""
    codes, factors = check(codes, factors)
    nmi, entropies = metrics.normalized_mutual_information(codes, factors), metrics.factor_entropies(factors)
    names = [f"factor {i}" for i in range(len(entropies))] if names is None else names
    names = check_names("factor_names", names, len(entropies))
    classes = np.array([len(np.unique(factor)) for factor in factors.T])
    varied = np.maximum(entropies, 1e-12)  # a factor with one class has no entropy, and an NMI of 0
    needed = int(((metrics.BINS - 1) * (classes - 1) / (2 * BIAS * varied)).max())
    if len(codes) < needed:
        raise ValueError(
            f"{len(codes)} images are too few to say which factor a latent follows, as more than {BIAS:.0%} could be "
            f"due to chance: pass at least {needed}, or leave factors out"
        )
    return [f"{names[row.argmax()]} ({min(row.max(), 1):.0%})" for row in nmi]


def holders(mean: torch.Tensor, factors: ArrayLike, names: Sequence[str] | None, active: list[int]) -> list[int]:
    """Return the two ``active`` latents that say most of pos_x and pos_y, or none where the pair says too little.

    Of a pair it takes the determinant of its correlations with the two factors. It is 1 for a pair that holds the
    position and nothing else, also where its axes are turned, and 0 where both latents follow one line of the plane.
    """
    names = list(names or ())
    if not {"pos_x", "pos_y"} <= set(names) or len(active) < 2:
        return []
    position = np.asarray(factors)[:, [names.index("pos_x"), names.index("pos_y")]]
    with np.errstate(invalid="ignore"):  # one position alone, or one code
        x, y = np.nan_to_num(np.corrcoef(mean[:, active].T, position.T)[-2:, :-2])  # [active] each
    held = np.outer(x, y) - np.outer(y, x)
    if held.max() < HELD:
        return []
    return [active[i] for i in np.unravel_index(held.argmax(), held.shape)]


def describe(latents: int, kl: np.ndarray | None, follows: list[str] | None) -> list[dict]:
    """Return the sliders from the top: the largest KL first, or without ``kl`` [latents] in the model's order."""
    if kl is None:
        return [{"latent": i, "label": f"z{i}", "active": True} for i in range(latents)]
    sliders = []
    for i in np.argsort(-kl, kind="stable").tolist():
        active = bool(kl[i] >= metrics.ACTIVE)
        factor = f" · {follows[i]}" if follows and active else ""
        sliders.append({"latent": i, "label": f"z{i} · {kl[i]:.2f} nats{factor}", "active": active})
    return sliders
