"""Rendered chairs: stand-ins for 3D Chairs (Aubry et al. 2014) whose factors are known."""

import math

import torch

from .rendered import RenderedImages
from .scenes import Scene, camera, tilt

LEAN = 9.0  # degrees by which backs lean
REACH = 0.8  # metres from the picture's middle to its edges, for a chair of size 1
DISTANCE = 3.5  # of the camera, in metres

SHADE = 0.6  # of the frame, beside the upholstery
COLOURS = torch.tensor(
    [
        [0.14, 0.14, 0.15],  # black
        [0.70, 0.70, 0.72],  # grey
        [0.48, 0.22, 0.10],  # mahogany
        [0.88, 0.70, 0.44],  # birch
        [0.85, 0.10, 0.10],  # red
        [0.12, 0.22, 0.78],  # blue
        [0.16, 0.52, 0.14],  # green
        [0.96, 0.80, 0.16],  # yellow
    ]
)


class RenderedChairs(RenderedImages):
    """``images`` pictures of rendered chairs on white, drawn at random from all combinations of their factors.

    The seat stays where it is in the picture: backs grow upwards and legs downwards. It is as deep as it is wide, so
    that its width shows from all sides.
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
        azimuth, elevation, size, tall, back, legs, long, wide, arms, colour = factors.unbind(-1)
        azimuth = azimuth * (360 / 31)
        view = camera(azimuth, 20.0 + 10 * elevation, REACH / (0.9 + 0.05 * size), DISTANCE)
        lamp = camera(azimuth - 40, 60.0, 1.0).direction[..., 0]
        scene = Scene(view, -lamp, torch.ones(len(factors), 3), ambient=0.3)
        soft, frame = COLOURS[colour], SHADE * COLOURS[colour]
        width = 0.15 + 0.035 * wide
        scene.box((0, 0, -0.02), (width, width, 0.03), soft)  # the seat
        add_back(scene, width, 0.22 + 0.085 * tall, back, legs == 4, soft, frame)
        add_legs(scene, width, 0.20 + 0.09 * long, legs, frame, soft)
        add_arms(scene, width, arms == 1, legs == 4, soft, frame)
        return scene.draw(device)


def add_back(scene: Scene, width, height, style, block, soft, frame) -> None:
    def at(x, z):
        """The point of the leaning back at ``x`` and this height."""
        return x, width - 0.02 + z * math.tan(math.radians(LEAN)), z

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


def add_legs(scene: Scene, width, length, style, frame, soft) -> None:
    straight, splayed, pedestal, sledge, block = (style == k for k in range(5))
    floor = -length
    middle, half = (floor - 0.04) / 2, (length - 0.04) / 2
    for x in (-1, 1):
        for y in (-1, 1):
            scene.box((x * (width - 0.025), y * (width - 0.025), middle), (0.024, 0.024, half), frame, where=straight)
            start = (x * 0.7 * width, y * 0.7 * width, -0.04)
            scene.rod(start, (x * (width + 0.05), y * (width + 0.05), floor), 0.018, frame, splayed)
            side = x * (width - 0.02)
            scene.rod((side, y * (width - 0.02), -0.03), (side, y * (width - 0.02), floor), 0.016, frame, sledge)
            scene.box((x * (width - 0.04), y * (width - 0.04), floor + 0.03), (0.025, 0.025, 0.03), frame, where=block)
        scene.box((x * (width - 0.02), 0, floor), (0.018, width, 0.016), frame, where=sledge)

    scene.rod((0, 0, -0.04), (0, 0, floor + 0.03), 0.03, frame, pedestal)
    for k in range(5):  # a star, one arm of it to the back, so that chairs are alike on both sides
        angle = 2 * math.pi * k / 5
        x, y = 0.24 * math.sin(angle), 0.24 * math.cos(angle)
        scene.rod((0, 0, floor + 0.06), (x, y, floor + 0.025), 0.02, frame, pedestal)
        scene.ellipsoid((x, y, floor + 0.02), (0.03, 0.03, 0.03), frame, where=pedestal)

    scene.box((0, 0, middle + 0.02), (width, width, half - 0.04), soft, where=block)


def add_arms(scene: Scene, width, arms, block, soft, frame) -> None:
    for side in (-1, 1):
        x = side * (width + 0.02)
        scene.box((x, 0.01, 0.20), (0.03, width, 0.018), frame, where=arms & ~block)
        scene.rod((x, -width + 0.05, -0.03), (x, -width + 0.05, 0.2), 0.018, frame, arms & ~block)
        scene.rod((x, width - 0.05, -0.03), (x, width - 0.05, 0.2), 0.018, frame, arms & ~block)
        x = side * (width + 0.04)
        scene.box((x, 0.0, 0.02), (0.055, width + 0.01, 0.17), soft, where=arms & block)
