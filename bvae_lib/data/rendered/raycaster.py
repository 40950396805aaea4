"""A small ray caster: batches of scenes made of boxes, ellipsoids and cylinders, on any device.

The world has x to the right, y away from the viewer at azimuth 0 and z up. A solid is the unit cube, ball or cylinder,
scaled, turned and moved; in its own coordinates the ray through the picture at (u, v) is o + t d, where o and d are
[1, u, v] times a matrix. There every solid is where a few intervals of t overlap: a box is three slabs, a cylinder a
slab and a tube, an ellipsoid a ball. The nearest solid gets Lambert's shade, and means over 3 x 3 rays soften edges.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch

SIZE = 64  # pixels along a side
FINE = 3 * SIZE  # rays along a side

Number = float | torch.Tensor  # one value, or one for each scene [B]
# RGB [B, 3], or a function that gives it, [b, 3, h, w], from a solid's own coordinates [b, 3, h, w] in the scenes [b].
Colour = torch.Tensor | Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


@dataclass
class Camera:
    """Rays of B pictures: origins and directions [B, 3, 3], each to be multiplied by [1, u, v]; u, v in -1 .. 1."""

    origin: torch.Tensor
    direction: torch.Tensor


def camera(azimuth: Number, elevation: Number, reach: Number, distance: float = math.inf) -> Camera:
    """Look at the world's origin from ``azimuth`` [B] and ``elevation`` in degrees: at 0, 0 along y.

    The picture's middle is ``reach`` away from its edges in the plane through the origin. From a finite ``distance``
    the view is in perspective, from infinity it is orthographic.
    """
    azimuth, elevation, reach = torch.broadcast_tensors(*map(torch.as_tensor, (azimuth, elevation, reach)))
    a, e = torch.deg2rad(azimuth), torch.deg2rad(elevation)
    forward = vector(-a.sin() * e.cos(), a.cos() * e.cos(), -e.sin())
    right = vector(a.cos(), a.sin(), 0.0)
    across = torch.stack([right, torch.linalg.cross(right, forward)], dim=-1) * reach[:, None, None]
    nothing = torch.zeros_like(across)
    if math.isinf(distance):  # t counts from the plane through the origin
        return Camera(torch.cat([nothing[..., :1], across], -1), torch.cat([forward[..., None], nothing], -1))
    eye = -distance * forward
    return Camera(torch.cat([eye[..., None], nothing], -1), torch.cat([-eye[..., None], across], -1))


def vector(x: Number, y: Number, z: Number) -> torch.Tensor:
    """Vectors [B, 3] of coordinates that are numbers or [B]; [3] where all three are numbers."""
    return torch.stack(torch.broadcast_tensors(*(torch.as_tensor(c, dtype=torch.float32) for c in (x, y, z))), dim=-1)


def tilt(degrees: Number) -> torch.Tensor:
    """Turns [..., 3, 3] around the x axis that lean what stands upright back by ``degrees``, away from the viewer."""
    angle = torch.deg2rad(torch.as_tensor(degrees, dtype=torch.float32))
    zero, one = torch.zeros_like(angle), torch.ones_like(angle)
    rows = [one, zero, zero, zero, angle.cos(), angle.sin(), zero, -angle.sin(), angle.cos()]
    return torch.stack(rows, dim=-1).unflatten(-1, (3, 3))


@dataclass
class Solid:
    """One solid in each of the scenes ``rows`` [b]; ``inward`` [b, 3, 3] turns world vectors into its coordinates."""

    shape: str
    rows: torch.Tensor
    centre: torch.Tensor  # [b, 3]
    inward: torch.Tensor
    colour: Colour

    def to(self, device: torch.device) -> "Solid":
        tensors = (t.to(device) for t in (self.rows, self.centre, self.inward))
        return Solid(self.shape, *tensors, self.colour if callable(self.colour) else self.colour.to(device))


class Scene:
    """B scenes that are alike in their make-up: the same solids, each where ``where`` [B] says so.

    ``light`` [B, 3] points towards the lamp and is as long as the lamp is bright; a share ``ambient`` of it comes from
    everywhere. ``background`` is a colour [B, 3].
    Centres, half sizes and ends are triples of numbers or tensors [B], and so are turns, [3, 3] or [B, 3, 3].
    """

    def __init__(self, camera: Camera, light: torch.Tensor, background: torch.Tensor, ambient: float):
        self.camera, self.light, self.background, self.ambient = camera, light, background, ambient
        self.solids: list[Solid] = []

    def add(self, shape: str, centre, half, colour: Colour, turn: torch.Tensor | None = None, where=True) -> None:
        """Add one ``shape``: "box", "ellipsoid" or "cylinder" (along its own z)."""
        n = len(self.background)
        centre, half = vector(*centre).expand(n, 3), vector(*half).expand(n, 3)
        turn = torch.eye(3).expand(n, 3, 3) if turn is None else turn.expand(n, 3, 3)
        rows = torch.as_tensor(where).expand(n).nonzero()[:, 0]
        if len(rows):
            inward = turn.mT / half[..., None]
            self.solids.append(Solid(shape, rows, centre[rows], inward[rows], colour))

    def box(self, centre, half, colour: Colour, turn=None, where=True) -> None:
        self.add("box", centre, half, colour, turn, where)

    def ellipsoid(self, centre, half, colour: Colour, turn=None, where=True) -> None:
        self.add("ellipsoid", centre, half, colour, turn, where)

    def rod(self, start, end, radius: Number, colour: Colour, where=True) -> None:
        """A cylinder from ``start`` to ``end``."""
        start, end = torch.broadcast_tensors(vector(*start), vector(*end))
        along = (end - start) / 2
        length = along.norm(dim=-1)
        axis = along / length[..., None]
        aside = torch.nn.functional.one_hot(axis.abs().argmin(-1), 3).float()  # any direction but the axis
        aside = torch.nn.functional.normalize(torch.linalg.cross(axis, aside), dim=-1)
        turn = torch.stack([aside, torch.linalg.cross(axis, aside), axis], dim=-1)
        self.add("cylinder", ((start + end) / 2).unbind(-1), (radius, radius, length), colour, turn, where)

    def draw(self, device: torch.device) -> torch.Tensor:
        """The pictures, float32 [B, 3, 64, 64] in [0, 1]."""
        n = len(self.background)
        depth = torch.full((n, FINE, FINE), math.inf, device=device)
        picture = self.background.to(device)[:, :, None, None].repeat(1, 1, FINE, FINE)
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
            rays = (field(m, grid[left:right], -grid[top:bottom]) for m in (origin, direction))
            rows = slice(None) if len(rows) == n else solid.rows  # a view is faster than a copy
            place = (rows, slice(top, bottom), slice(left, right))
            paint(solid, *rays, light[solid.rows], self.ambient, depth, picture, place)
        return torch.nn.functional.avg_pool2d(picture, FINE // SIZE).clamp(0, 1)


def field(matrix: torch.Tensor, u: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
    """``matrix`` [b, 3, 3] times [1, u, v] at every point of a grid: [b, 3, h, w], or [b, 3, 1, 1] where all agree."""
    changes = matrix[..., 1:].any()
    constant, by_u, by_v = matrix.to(u.device)[..., None, None].unbind(2)
    if not changes:
        return constant
    return (constant + by_u * u) + by_v * v[:, None]


def window(origin: torch.Tensor, direction: torch.Tensor) -> tuple[int, int, int, int]:
    """Top, bottom, left and right of the rays that may meet a solid inside the cube of -1 .. 1, in any of b scenes."""
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


def paint(solid, o, d, light, ambient, depth, picture, place) -> None:
    """Paint one solid into ``picture`` [B, 3, ., .] at the rays ``place`` where it is nearer than ``depth``."""
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

    before = depth[place]
    nearer = (near < far) & (near < before)
    depth[place] = torch.where(nearer, near, before)
    colour = (
        solid.colour(o + near[:, None] * d, solid.rows)
        if callable(solid.colour)
        else solid.colour[solid.rows][..., None, None]
    )
    strength = light.norm(dim=-1)[:, None, None]
    shade = ambient * strength + (1 - ambient) * cosine.clamp(min=0)
    rows, *area = place
    place = (rows, slice(None), *area)
    picture[place] = torch.where(nearer[:, None], colour * shade[:, None], picture[place])


def slab(o: torch.Tensor, d: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Where the rays are between -1 and 1 of one coordinate: t of entering and of leaving."""
    inverse = 1 / torch.where(d.abs() < 1e-6, 1e-6, d)
    middle, half = -o * inverse, inverse.abs()
    return middle - half, middle + half


def ball(o: torch.Tensor, d: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Where the rays are inside the unit ball of the coordinates along dimension 1: two equal t where they miss it."""
    a, b, c = d.square().sum(1), (o * d).sum(1), o.square().sum(1) - 1
    root = (b * b - a * c).clamp(min=0).sqrt()
    return (-b - root) / a, (-b + root) / a
