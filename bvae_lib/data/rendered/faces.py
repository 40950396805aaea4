"""Rendered faces: stand-ins for CelebA (Liu et al. 2015) whose factors are known."""

import colorsys

import torch

from .images import RenderedImages
from .raycaster import Scene, camera

REACH = 1.65  # half heights of a head from the middle of the image to its edges
HEAD = 0.22  # height of the head's middle above that of the image

SKIN = torch.tensor(
    [
        [0.99, 0.84, 0.74],
        [0.95, 0.75, 0.60],
        [0.86, 0.63, 0.45],
        [0.72, 0.48, 0.32],
        [0.52, 0.33, 0.21],
        [0.36, 0.22, 0.15],
    ]
)
HAIR = torch.tensor(
    [
        [0.07, 0.06, 0.07],  # black
        [0.28, 0.16, 0.09],  # brown
        [0.52, 0.22, 0.08],  # auburn
        [0.85, 0.40, 0.10],  # ginger
        [0.93, 0.78, 0.42],  # blond
        [0.75, 0.75, 0.77],  # grey
    ]
)
BACKGROUND = torch.tensor([colorsys.hsv_to_rgb(k / 8, 0.5, 0.88) for k in range(8)])
SHIRT = torch.tensor([0.30, 0.33, 0.42])
WHITE = torch.tensor([1.0, 1.0, 1.0])
IRIS = torch.tensor([0.13, 0.09, 0.08])
LIPS = torch.tensor([0.68, 0.13, 0.15])
EYE = (0.36, 0.06)  # of an eye's middle, sideways and up, on a head from -1 to 1
MOUTH = -0.48


class RenderedFaces(RenderedImages):
    """Images of rendered faces on a coloured background: a stand-in for CelebA (Liu et al. 2015) with known factors.

    ``faces[indices]`` -> float32 [B, 3, 64, 64] in [0, 1]. Azimuth and light are symmetric: with the classes of both
    counted from the other end, the image is mirrored.

    The arguments are those of ``RenderedImages``.
    """

    factor_names = (
        "azimuth",  # of the camera, -60 to 60 degrees
        "skin",
        "hair",  # its colour
        "hair_length",
        "smile",  # from a frown to a laugh
        "eyes",  # from nearly closed to wide open
        "background",  # its hue
        "light",  # where it comes from, -70 to 70 degrees beside the camera
        "brightness",
        "width",
    )
    factor_sizes = (15, 6, 6, 5, 7, 5, 8, 7, 5, 5)

    @classmethod
    def render(cls, factors: torch.Tensor, device: torch.device) -> torch.Tensor:
        """Render faces, float [B, 3, 64, 64], of factor classes [B, 10], which are on the CPU."""
        azimuth, skin, hair, long, smile, eyes, background, light, brightness, wide = factors.unbind(-1)
        azimuth = -60 + 120 / 14 * azimuth
        lamp = -camera(azimuth - 70 + 140 / 6 * light, 30.0, 1.0).direction[..., 0] * (0.7 + 0.12 * brightness)[:, None]
        scene = Scene(camera(azimuth, 4.0, REACH), lamp, BACKGROUND[background], ambient=0.45)
        skin, hair, width = SKIN[skin], HAIR[hair], 0.62 + 0.055 * wide
        add_head(scene, width, skin, hair, opening=0.03 + 0.04 * eyes, smile=-0.6 + smile * (1.6 / 6))
        add_hair(scene, width, 0.25 - 0.4 * long, hair)
        add_body(scene, skin)
        return scene.draw(device)


def add_head(
    scene: Scene,
    width: torch.Tensor,
    skin: torch.Tensor,
    hair: torch.Tensor,
    opening: torch.Tensor,
    smile: torch.Tensor,
) -> None:
    """Add a head with its face, nose and ears; sizes [B], colours [B, 3]."""

    def face(position: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
        return features(position, *(t.to(position.device)[rows] for t in (skin, hair, opening, smile)))

    scene.ellipsoid((0, 0, HEAD), (width, 0.84, 1.0), face)
    scene.ellipsoid((0, -0.84, HEAD - 0.14), (0.10, 0.17, 0.20), skin)  # nose
    for side in (-1, 1):
        scene.ellipsoid((side * width, 0.05, HEAD - 0.05), (0.09, 0.13, 0.2), skin)  # ear


def add_hair(scene: Scene, width: torch.Tensor, bottom: torch.Tensor, hair: torch.Tensor) -> None:
    """Add a cap a little larger than the skull, whose edge is the hairline, and a curtain behind the ears."""
    top = HEAD + 0.35
    bottom = HEAD + bottom
    scene.ellipsoid((0, 0.12, HEAD + 0.32), (width + 0.07, 0.90, 0.88), hair)
    scene.add("cylinder", (0, 0.38, (top + bottom) / 2), (width + 0.1, 0.55, (top - bottom) / 2), hair)


def add_body(scene: Scene, skin: torch.Tensor) -> None:
    """Add a neck and shoulders."""
    scene.rod((0, 0.15, HEAD - 0.6), (0, 0.2, HEAD - 1.6), 0.33, skin)
    scene.ellipsoid((0, 0.2, HEAD - 1.85), (1.3, 0.6, 0.6), SHIRT.expand(len(skin), 3))


def features(
    position: torch.Tensor, skin: torch.Tensor, hair: torch.Tensor, opening: torch.Tensor, smile: torch.Tensor
) -> torch.Tensor:
    """Paint brows, eyes and mouth on the skin of a head, from the front, along y.

    Args:
        position: on the head, in its own coordinates, [b, 3, h, w].
        skin: colour [b, 3].
        hair: colour [b, 3].
        opening: half the height of the eyes, [b].
        smile: [b], negative for a frown.

    Returns:
        Colours [b, 3, h, w].
    """
    x, y, z = position.unbind(1)
    skin, hair, opening, smile = (t[..., None, None] for t in (skin, hair, opening, smile))
    white, iris, lips = (colour.to(position.device)[:, None, None] for colour in (WHITE, IRIS, LIPS))
    front = y < 0
    aside, above = x.abs() - EYE[0], z - EYE[1]
    brow = front & (aside.abs() < 0.2) & ((above - 0.28 + 0.8 * aside.square()).abs() < 0.035)
    eye = front & ((aside / 0.21).square() + (above / opening).square() < 1)
    pupil = eye & (aside.square() + above.square() < 0.11**2)

    # The corners of a smiling mouth are up; a laugh opens it.
    half = 0.32 + 0.1 * smile
    bend = smile * 0.26 * (x / half).square() - 0.12 * smile
    upper = MOUTH + bend + 0.045
    lower = MOUTH + bend - 0.045 - 0.27 * (smile - 0.3).clamp(min=0) * (1 - (x / half).square())
    mouth = front & (x.abs() < half) & (z < upper) & (z > lower)
    teeth = mouth & (z < upper - 0.05) & (z > lower + 0.05)

    colour = torch.where(brow[:, None], 0.6 * hair, skin)
    for region, paint in ((eye, white), (pupil, iris), (mouth, lips), (teeth, white)):
        colour = torch.where(region[:, None], paint, colour)
    return colour
