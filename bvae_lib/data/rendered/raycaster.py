"""A small ray caster: batches of scenes made of boxes, ellipsoids and cylinders, on any device.

The world has x to the right, y away from the viewer at azimuth 0 and z up. A solid is the unit cube, ball or cylinder,
scaled, rotated and moved; in its own coordinates the ray through the image at (u, v) is o + t d, where o and d are
[1, u, v] times a matrix. There every solid is where a few intervals of t overlap: a box is three slabs, a cylinder a
slab and a tube, an ellipsoid a ball. The nearest solid is shaded by Lambert's cosine law, and means over 3 x 3 rays
soften edges.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch

SIZE = 64  # pixels along a side
FINE = 3 * SIZE  # rays along a side

Number = float | torch.Tensor  # one value, or one for each scene [B]
Triple = Sequence[Number]  # three of them: a point or half sizes, along x, y and z
# RGB [B, 3], or a function that gives it, [b, 3, h, w], from a solid's own coordinates [b, 3, h, w] in the scenes [b].
Colour = torch.Tensor | Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


@dataclass
class Camera:
    """Rays of B images: origins and directions [B, 3, 3], each to be multiplied by [1, u, v]; u, v in -1 .. 1."""

    origin: torch.Tensor
    direction: torch.Tensor


def camera(azimuth: Number, elevation: Number, reach: Number, distance: float = math.inf) -> Camera:
    """Point a camera at the world's origin; at azimuth and elevation 0 it looks along y.

    Args:
        azimuth: degrees, [B].
        elevation: degrees above the horizon, a number or [B].
        reach: from the middle of the image to its edges, in the plane through the origin, a number or [B].
        distance: from the origin. A finite one gives a view in perspective, an infinite one an orthographic view.

    Returns:
        The rays of B images.
    """
    azimuths, elevations, reaches = torch.broadcast_tensors(*map(torch.as_tensor, (azimuth, elevation, reach)))
    a, e = torch.deg2rad(azimuths), torch.deg2rad(elevations)
    forward = vector(-a.sin() * e.cos(), a.cos() * e.cos(), -e.sin())
    right = vector(a.cos(), a.sin(), 0.0)
    across = torch.stack([right, torch.linalg.cross(right, forward)], dim=-1) * reaches[:, None, None]
    nothing = torch.zeros_like(across)
    if math.isinf(distance):  # t counts from the plane through the origin
        return Camera(torch.cat([nothing[..., :1], across], -1), torch.cat([forward[..., None], nothing], -1))
    eye = -distance * forward
    return Camera(torch.cat([eye[..., None], nothing], -1), torch.cat([-eye[..., None], across], -1))


def vector(x: Number, y: Number, z: Number) -> torch.Tensor:
    """Stack coordinates that are numbers or [B] into vectors [B, 3]; [3] where all three are numbers."""
    return torch.stack(torch.broadcast_tensors(*(torch.as_tensor(c, dtype=torch.float32) for c in (x, y, z))), dim=-1)


def tilt(degrees: Number) -> torch.Tensor:
    """Make rotations [..., 3, 3] around the x axis, which lean upright things by ``degrees`` away from the viewer."""
    angle = torch.deg2rad(torch.as_tensor(degrees, dtype=torch.float32))
    zero, one = torch.zeros_like(angle), torch.ones_like(angle)
    rows = [one, zero, zero, zero, angle.cos(), angle.sin(), zero, -angle.sin(), angle.cos()]
    return torch.stack(rows, dim=-1).unflatten(-1, (3, 3))


@dataclass
class Solid:
    """One solid in each of the scenes ``rows`` [b]; ``inward`` [b, 3, 3] takes world vectors into its coordinates."""

    shape: str
    rows: torch.Tensor
    centre: torch.Tensor  # [b, 3]
    inward: torch.Tensor
    colour: Colour

    def to(self, device: torch.device) -> "Solid":
        """Return a copy on ``device``."""
        rows, centre, inward = (t.to(device) for t in (self.rows, self.centre, self.inward))
        return Solid(
            self.shape,
            rows,
            centre,
            inward,
            self.colour.to(device) if isinstance(self.colour, torch.Tensor) else self.colour,
        )


class Scene:
    """B scenes with the same kinds of solids; a solid may be left out of some scenes.

    Args:
        camera: the rays of B images.
        light: [B, 3], towards the lamp and as long as the lamp is bright.
        background: colours in RGB, [B, 3].
        ambient: share of the light that comes from everywhere.
    """

    def __init__(self, camera: Camera, light: torch.Tensor, background: torch.Tensor, ambient: float):
        self.camera, self.light, self.background, self.ambient = camera, light, background, ambient
        self.solids: list[Solid] = []

    def add(
        self,
        shape: str,
        centre: Triple,
        half: Triple,
        colour: Colour,
        rotation: torch.Tensor | None = None,
        where: bool | torch.Tensor = True,
    ) -> None:
        """Add a solid to the scenes.

        Args:
            shape: "box", "ellipsoid" or "cylinder" (along its own z).
            centre: its position.
            half: half its sizes along its own axes.
            colour: of its surface.
            rotation: of the solid, [3, 3] or [B, 3, 3]; None leaves it upright.
            where: the scenes that have it, [B].
        """
        n = len(self.background)
        centres, halves = vector(*centre).expand(n, 3), vector(*half).expand(n, 3)
        rotation = torch.eye(3).expand(n, 3, 3) if rotation is None else rotation.expand(n, 3, 3)
        rows = torch.as_tensor(where).expand(n).nonzero()[:, 0]
        if len(rows):
            inward = rotation.mT / halves[..., None]
            self.solids.append(Solid(shape, rows, centres[rows], inward[rows], colour))

    def box(
        self,
        centre: Triple,
        half: Triple,
        colour: Colour,
        rotation: torch.Tensor | None = None,
        where: bool | torch.Tensor = True,
    ) -> None:
        """Add a box; see ``add``."""
        self.add("box", centre, half, colour, rotation, where)

    def ellipsoid(
        self,
        centre: Triple,
        half: Triple,
        colour: Colour,
        rotation: torch.Tensor | None = None,
        where: bool | torch.Tensor = True,
    ) -> None:
        """Add an ellipsoid; see ``add``."""
        self.add("ellipsoid", centre, half, colour, rotation, where)

    def rod(
        self, start: Triple, end: Triple, radius: Number, colour: Colour, where: bool | torch.Tensor = True
    ) -> None:
        """Add a cylinder from ``start`` to ``end``; see ``add``."""
        first, last = torch.broadcast_tensors(vector(*start), vector(*end))
        along = (last - first) / 2
        length = along.norm(dim=-1)
        axis = along / length[..., None]
        aside = torch.nn.functional.one_hot(axis.abs().argmin(-1), 3).float()  # any direction but the axis
        aside = torch.nn.functional.normalize(torch.linalg.cross(axis, aside), dim=-1)
        rotation = torch.stack([aside, torch.linalg.cross(axis, aside), axis], dim=-1)
        self.add("cylinder", ((first + last) / 2).unbind(-1), (radius, radius, length), colour, rotation, where)

    def draw(self, device: torch.device) -> torch.Tensor:
        """Draw the scenes.

        Args:
            device: where to do the work.

        Returns:
            Images float32 [B, 3, 64, 64] in [0, 1], on ``device``.
        """
        n = len(self.background)
        depth = torch.full((n, FINE, FINE), math.inf, device=device)
        images = self.background.to(device)[:, :, None, None].repeat(1, 1, FINE, FINE)
        grid = (2 * torch.arange(FINE, device=device) + 1) / FINE - 1
        light = self.light.to(device)
        for solid in self.solids:
            rows = solid.rows
            origin = solid.inward @ self.camera.origin[rows]
            origin[..., 0] -= (solid.inward @ solid.centre[..., None])[..., 0]
            direction = solid.inward @ self.camera.direction[rows]
            top, bottom, left, right = window(origin, direction)
            if top >= bottom or left >= right:
                continue
            solid = solid.to(device)
            o, d = (field(m, grid[left:right], -grid[top:bottom]) for m in (origin, direction))
            scenes = slice(None) if len(rows) == n else solid.rows  # a view is faster than a copy
            region = (scenes, slice(top, bottom), slice(left, right))
            paint(solid, o, d, light[solid.rows], self.ambient, depth, images, region)
        return torch.nn.functional.avg_pool2d(images, FINE // SIZE).clamp(0, 1)


def field(matrix: torch.Tensor, u: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
    """Multiply ``matrix`` [b, 3, 3] by [1, u, v] over a grid: [b, 3, h, w], or [b, 3, 1, 1] where all points agree."""
    changes = matrix[..., 1:].any()
    constant, by_u, by_v = matrix.to(u.device)[..., None, None].unbind(2)
    if not changes:
        return constant
    return (constant + by_u * u) + by_v * v[:, None]


def window(origin: torch.Tensor, direction: torch.Tensor) -> tuple[int, int, int, int]:
    """Bound (top, bottom, left, right) the rays that may meet a solid in the cube of -1 .. 1, in any of b scenes."""
    corners = torch.cartesian_prod(*[torch.tensor([-1.0, 1.0])] * 3)  # [8, 3]
    # A corner is o + t d with o, d linear in u and v: three equations in t, t u and t v, or in t, u and v.
    if direction[..., 1:].any():
        t, tu, tv = torch.linalg.solve(direction[:, None], (corners - origin[:, None, :, 0])[..., None])[..., 0].unbind(
            -1
        )
        u, v = tu / t, tv / t
    else:
        matrix = torch.cat([direction[..., :1], origin[..., 1:]], dim=-1)
        _, u, v = torch.linalg.solve(matrix[:, None], (corners - origin[:, None, :, 0])[..., None])[..., 0].unbind(-1)
    left, right, top, bottom = ((x + 1) / 2 * FINE for x in (u.min(), u.max(), -v.max(), -v.min()))
    return (
        max(math.floor(top), 0),
        min(math.ceil(bottom), FINE),
        max(math.floor(left), 0),
        min(math.ceil(right), FINE),
    )


def paint(
    solid: Solid,
    o: torch.Tensor,
    d: torch.Tensor,
    light: torch.Tensor,
    ambient: float,
    depth: torch.Tensor,
    images: torch.Tensor,
    region: tuple[slice | torch.Tensor, slice, slice],
) -> None:
    """Paint one solid into ``images`` [B, 3, ., .] at the rays of ``region`` where it is nearer than ``depth``."""
    scale = solid.inward.norm(dim=-1)  # 1 / half sizes
    lamp = (solid.inward @ light[..., None])[..., 0]  # the light in the solid's coordinates [b, 3]
    flat = (lamp / scale)[..., None, None] * -d.sign()  # cosines at the faces that a ray enters through

    if solid.shape == "box":
        enter, leave = slab(o, d)
        near, face = enter.max(dim=1)
        far = leave.amin(dim=1)
        cosine = flat.expand_as(enter).gather(1, face[:, None])[:, 0]
    else:
        axes = 3 if solid.shape == "ellipsoid" else 2
        near, far = ball(o[:, :axes], d[:, :axes])
        normal = o[:, :axes] + near[:, None] * d[:, :axes]
        size = scale[:, :axes, None, None]
        cosine = (normal * lamp[:, :axes, None, None]).sum(1) * (normal * size).square().sum(1).rsqrt()
        if solid.shape == "cylinder":
            enter, leave = slab(o[:, 2], d[:, 2])
            cosine = torch.where(enter > near, flat[:, 2], cosine)
            near, far = torch.maximum(near, enter), torch.minimum(far, leave)

    before = depth[region]
    nearer = (near < far) & (near < before)
    depth[region] = torch.where(nearer, near, before)
    colour = (
        solid.colour(o + near[:, None] * d, solid.rows)
        if callable(solid.colour)
        else solid.colour[solid.rows][..., None, None]
    )
    strength = light.norm(dim=-1)[:, None, None]
    shade = ambient * strength + (1 - ambient) * cosine.clamp(min=0)
    scenes, *area = region
    channels = (scenes, slice(None), *area)
    images[channels] = torch.where(nearer[:, None], colour * shade[:, None], images[channels])


def slab(o: torch.Tensor, d: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Find where rays are between -1 and 1 of one coordinate: t of entering and of leaving."""
    inverse = 1 / torch.where(d.abs() < 1e-6, 1e-6, d)
    middle, half = -o * inverse, inverse.abs()
    return middle - half, middle + half


def ball(o: torch.Tensor, d: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Find where rays are in the unit ball of the coordinates along dimension 1: two equal t where they miss it."""
    a, b, c = d.square().sum(1), (o * d).sum(1), o.square().sum(1) - 1
    root = (b * b - a * c).clamp(min=0).sqrt()
    return (-b - root) / a, (-b + root) / a
