"""Rendered chairs: stand-ins for 3D Chairs (Aubry et al. 2014) whose factors are known."""

import math

import torch

from .images import RenderedImages
from .raycaster import Number, Scene, Triple, camera, tilt

LEAN = 9.0  # degrees by which backs lean
REACH = 0.8  # metres from the middle of the image to its edges, for a chair of size 1
DISTANCE = 3.5  # of the camera, in metres

SHADE = 0.6  # of the frame, beside the upholstery

# Of the upholstery, in RGB, from dark to light.
COLOURS = torch.tensor(
    [
        [0.08, 0.08, 0.09],  # black
        [0.25, 0.13, 0.08],  # walnut
        [0.42, 0.17, 0.09],  # mahogany
        [0.60, 0.28, 0.12],  # cherry
        [0.75, 0.45, 0.22],  # oak
        [0.85, 0.62, 0.36],  # beech
        [0.93, 0.77, 0.53],  # birch
        [0.97, 0.90, 0.76],  # cream
    ]
)


class RenderedChairs(RenderedImages):
    """Images of rendered chairs on white: a stand-in for 3D Chairs (Aubry et al. 2014) with known factors.

    ``chairs[indices]`` -> float32 [B, 3, 64, 64] in [0, 1]. The seat keeps its position in the image: backs grow
    upwards and legs downwards. It is round, so that its width shows from all sides alike.

    The arguments are those of ``RenderedImages``.
    """

    factor_names = (
        "azimuth",  # the full circle in 31 steps
        "elevation",  # of the camera, 20 or 30 degrees as in 3D Chairs
        "size",
        "back_height",
        "back",  # board, slats, ladder, medallion
        "legs",  # straight, splayed, a pedestal on a star, sledge, upholstered block
        "leg_length",
        "seat_width",
        "arms",  # none, two
        "colour",
    )
    factor_sizes = (31, 2, 5, 5, 4, 5, 4, 5, 2, 8)

    @classmethod
    def render(cls, factors: torch.Tensor, device: torch.device) -> torch.Tensor:
        """Render chairs, float [B, 3, 64, 64], of factor classes [B, 10], which are on the CPU."""
        azimuth, elevation, size, tall, back, legs, long, wide, arms, colour = factors.unbind(-1)
        azimuth = azimuth * (360 / 31)
        view = camera(azimuth, 20.0 + 10 * elevation, REACH / (0.9 + 0.05 * size), DISTANCE)
        lamp = camera(azimuth - 40, 60.0, 1.0).direction[..., 0]
        scene = Scene(view, -lamp, torch.ones(len(factors), 3), ambient=0.3)
        soft, frame = COLOURS[colour], SHADE * COLOURS[colour]
        width = 0.15 + 0.035 * wide
        scene.add("cylinder", (0, 0, -0.02), (width, width, 0.03), soft)  # the seat
        add_back(scene, width, 0.22 + 0.085 * tall, back, legs == 4, soft, frame)
        add_legs(scene, width, 0.20 + 0.09 * long, legs, frame, soft)
        add_arms(scene, width, arms == 1, legs == 4, soft, frame)
        return scene.draw(device)


def add_back(
    scene: Scene,
    seat: torch.Tensor,
    height: torch.Tensor,
    style: torch.Tensor,
    block: torch.Tensor,
    soft: torch.Tensor,
    frame: torch.Tensor,
) -> None:
    """Add the back of a chair, thick where it stands on a ``block``; sizes and styles [B], colours [B, 3]."""
    width = 0.85 * seat

    def at(x: Number, z: Number) -> Triple:
        """Return the point of the leaning back at ``x`` and the height ``z``."""
        return x, width + z * math.tan(math.radians(LEAN)), z

    thick = torch.where(block, 0.07, 0.022)
    board, slats, ladder, medallion = (style == k for k in range(4))
    middle = height / 2
    scene.box(at(0, middle), (width, thick, middle / math.cos(math.radians(LEAN))), soft, tilt(LEAN), board)

    for side in (-1, 1):  # posts
        x = side * (width - 0.02)
        scene.rod(at(x, -0.04), at(x, height), 0.022, frame, slats | ladder)
        x = side * 0.6 * width
        scene.rod(at(x, -0.04), at(x, middle), 0.02, frame, medallion)

    top = height - 0.03
    scene.box(at(0, top), (width, 0.02, 0.045), frame, tilt(LEAN), slats)
    for k in (-0.5, 0, 0.5):
        scene.rod(at(k * width, 0), at(k * width, top), 0.016, frame, slats)
    for k in (0.36, 0.66, 0.95):
        scene.box(at(0, k * height), (width - 0.02, 0.015, 0.035), frame, tilt(LEAN), ladder)
    scene.ellipsoid(at(0, 0.58 * height), (width, 0.035, 0.42 * height), soft, tilt(LEAN), medallion)


def add_legs(
    scene: Scene,
    seat: torch.Tensor,
    length: torch.Tensor,
    style: torch.Tensor,
    frame: torch.Tensor,
    soft: torch.Tensor,
) -> None:
    """Add the legs of a chair; sizes and styles [B], colours [B, 3]."""
    straight, splayed, pedestal, sledge, block = (style == k for k in range(5))
    floor, corner = -length, 0.68 * seat
    middle, half = (floor - 0.04) / 2, (length - 0.04) / 2
    for x in (-corner, corner):
        for y in (-corner, corner):
            scene.box((x, y, middle), (0.024, 0.024, half), frame, where=straight)
            scene.rod((0.8 * x, 0.8 * y, -0.04), (1.4 * x, 1.4 * y, floor), 0.018, frame, splayed)
            scene.rod((x, y, -0.03), (x, y, floor), 0.016, frame, sledge)
            scene.box((x, y, floor + 0.03), (0.025, 0.025, 0.03), frame, where=block)
        scene.box((x, 0, floor), (0.018, corner, 0.016), frame, where=sledge)

    scene.rod((0, 0, -0.04), (0, 0, floor + 0.03), 0.03, frame, pedestal)
    for k in range(5):  # a star, one arm of it to the back, so that chairs are alike on both sides
        angle = 2 * math.pi * k / 5
        tip_x, tip_y = 0.24 * math.sin(angle), 0.24 * math.cos(angle)
        scene.rod((0, 0, floor + 0.06), (tip_x, tip_y, floor + 0.025), 0.02, frame, pedestal)
        scene.ellipsoid((tip_x, tip_y, floor + 0.02), (0.03, 0.03, 0.03), frame, where=pedestal)

    scene.add("cylinder", (0, 0, middle + 0.02), (seat, seat, half - 0.04), soft, where=block)


def add_arms(
    scene: Scene,
    seat: torch.Tensor,
    arms: torch.Tensor,
    block: torch.Tensor,
    soft: torch.Tensor,
    frame: torch.Tensor,
) -> None:
    """Add the arms of a chair where it has ``arms``, wide ones on a ``block``; [B] each, colours [B, 3]."""
    reach = 0.7 * seat  # to the front and to the back
    for x in (-seat, seat):
        scene.box((x, 0.01, 0.20), (0.035, reach, 0.022), frame, where=arms & ~block)
        for y in (-reach, reach):
            scene.rod((0.8 * x, y, -0.03), (x, y, 0.2), 0.02, frame, arms & ~block)
        scene.box((x, 0.0, 0.02), (0.055, reach + 0.02, 0.17), soft, where=arms & block)
