"""Rendered chairs: stand-ins for 3D Chairs (Aubry et al. 2014) whose factors are known."""

import math

import torch

from .rendered import RenderedImages
from .scenes import Scene, camera, tilt

LEAN = 9.0  # degrees by which backs lean
DEPTH = 0.22  # half of the seat's, in metres
REACH = 0.95  # metres from the picture's middle to its edges, for a chair of size 1
DISTANCE = 3.5  # of the camera, in metres

# Upholstery and frame, in RGB.
COLOURS = torch.tensor(
    [
        [[0.16, 0.16, 0.17], [0.08, 0.08, 0.08]],  # black
        [[0.74, 0.74, 0.74], [0.42, 0.42, 0.44]],  # grey
        [[0.52, 0.25, 0.12], [0.38, 0.17, 0.08]],  # mahogany
        [[0.88, 0.70, 0.44], [0.72, 0.52, 0.28]],  # birch
        [[0.85, 0.10, 0.10], [0.16, 0.14, 0.14]],  # red on black
        [[0.12, 0.20, 0.75], [0.55, 0.56, 0.60]],  # blue on steel
        [[0.22, 0.52, 0.14], [0.74, 0.52, 0.28]],  # green on beech
        [[0.95, 0.80, 0.20], [0.30, 0.19, 0.12]],  # yellow on walnut
    ]
)


class RenderedChairs(RenderedImages):
    """``images`` pictures of rendered chairs on white, drawn at random from all combinations of their factors.

    The seat stays where it is in the picture: backs grow upwards and legs downwards.
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
        view = camera(azimuth, 20.0 + 10 * elevation, REACH / (0.8 + 0.1 * size), DISTANCE)
        lamp = camera(azimuth - 40, 60.0, 1.0).direction[..., 0]
        scene = Scene(view, -lamp, torch.ones(len(factors), 3), ambient=0.3)
        soft, frame = COLOURS[colour].unbind(1)
        width = 0.17 + 0.03 * wide
        scene.box((0, 0, -0.02), (width, DEPTH, 0.03), soft)  # the seat
        add_back(scene, width, 0.30 + 0.08 * tall, back, legs == 4, soft, frame)
        add_legs(scene, width, 0.27 + 0.07 * long, legs, frame, soft)
        add_arms(scene, width, arms == 1, legs == 4, soft, frame)
        return scene.draw(device)


def behind(height):
    """How far back the backrest is at this height."""
    return DEPTH - 0.02 + height * math.tan(math.radians(LEAN))


def add_back(scene: Scene, width, height, style, block, soft, frame) -> None:
    thick = torch.where(block, 0.07, 0.022)
    board, slats, ladder, medallion = (style == k for k in range(4))
    middle = height / 2
    scene.box(
        (0, behind(middle), middle), (width, thick, middle / math.cos(math.radians(LEAN))), soft, tilt(LEAN), board
    )

    for side in (-1, 1):  # posts
        x = side * (width - 0.02)
        scene.rod((x, behind(-0.04), -0.04), (x, behind(height), height), 0.022, frame, slats | ladder)
        x = side * 0.6 * width
        scene.rod((x, behind(-0.04), -0.04), (x, behind(middle), middle), 0.02, frame, medallion)

    top = height - 0.03
    scene.box((0, behind(top), top), (width, 0.02, 0.045), frame, tilt(LEAN), slats)
    for k in (-0.5, 0, 0.5):
        scene.rod((k * width, behind(0), 0), (k * width, behind(top), top), 0.016, frame, slats)
    for k in (0.36, 0.66, 0.95):
        z = k * height
        scene.box((0, behind(z), z), (width - 0.02, 0.015, 0.035), frame, tilt(LEAN), ladder)
    z = 0.58 * height
    scene.ellipsoid((0, behind(z), z), (width, 0.035, 0.42 * height), soft, tilt(LEAN), medallion)


def add_legs(scene: Scene, width, length, style, frame, soft) -> None:
    straight, splayed, pedestal, sledge, block = (style == k for k in range(5))
    floor = -length
    middle, half = (floor - 0.04) / 2, (length - 0.04) / 2
    for x in (-1, 1):
        for y in (-1, 1):
            scene.box((x * (width - 0.025), y * (DEPTH - 0.025), middle), (0.024, 0.024, half), frame, where=straight)
            start = (x * 0.7 * width, y * 0.7 * DEPTH, -0.04)
            scene.rod(start, (x * (width + 0.05), y * (DEPTH + 0.05), floor), 0.018, frame, splayed)
            side = x * (width - 0.02)
            scene.rod((side, y * (DEPTH - 0.02), -0.03), (side, y * (DEPTH - 0.02), floor), 0.016, frame, sledge)
            scene.box((x * (width - 0.04), y * (DEPTH - 0.04), floor + 0.03), (0.025, 0.025, 0.03), frame, where=block)
        scene.box((x * (width - 0.02), 0, floor), (0.018, DEPTH, 0.016), frame, where=sledge)

    scene.rod((0, 0, -0.04), (0, 0, floor + 0.03), 0.03, frame, pedestal)
    for k in range(5):  # a star, one arm of it to the back, so that chairs are alike on both sides
        angle = 2 * math.pi * k / 5
        x, y = 0.24 * math.sin(angle), 0.24 * math.cos(angle)
        scene.rod((0, 0, floor + 0.06), (x, y, floor + 0.025), 0.02, frame, pedestal)
        scene.ellipsoid((x, y, floor + 0.02), (0.03, 0.03, 0.03), frame, where=pedestal)

    scene.box((0, 0, middle + 0.02), (width, DEPTH, half - 0.04), soft, where=block)


def add_arms(scene: Scene, width, arms, block, soft, frame) -> None:
    for side in (-1, 1):
        x = side * (width + 0.02)
        scene.box((x, 0.01, 0.20), (0.03, DEPTH, 0.018), frame, where=arms & ~block)
        scene.rod((x, -DEPTH + 0.05, -0.03), (x, -DEPTH + 0.05, 0.2), 0.018, frame, arms & ~block)
        scene.rod((x, DEPTH - 0.05, -0.03), (x, DEPTH - 0.05, 0.2), 0.018, frame, arms & ~block)
        x = side * (width + 0.04)
        scene.box((x, 0.0, 0.02), (0.055, DEPTH + 0.01, 0.17), soft, where=arms & block)
