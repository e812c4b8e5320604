"""A golf ball that nobody photographed: a sphere with dimples, lit from the upper left.

The dimples' centres are a Fibonacci lattice; each bends the surface normal towards its rim.
"""

import numpy as np
from PIL import Image

SIDE = 640
DIMPLES = 420
RADIUS = 0.074  # of a dimple, on the unit sphere
DEPTH = 0.55  # tilt of the normal at a dimple's rim
LIGHT = np.array([-0.45, 0.62, 0.64])
GOLDEN_ANGLE = np.pi * (3 - 5**0.5)


def render():
    """The ball with a transparent surround, RGBA, SIDE x SIDE."""
    axis = (np.arange(SIDE) + 0.5) / SIDE * 2.04 - 1.02
    x, y = np.meshgrid(axis, -axis)
    radius = np.hypot(x, y)
    z = np.sqrt(np.clip(1 - radius**2, 0, None))
    normal = dimpled(np.stack([x, y, z], axis=-1))
    diffuse = np.clip(normal @ LIGHT, 0, None)
    half = LIGHT + np.array([0, 0, 1])
    gloss = np.clip(normal @ (half / np.linalg.norm(half)), 0, None) ** 40
    bounce = 0.5 - 0.5 * normal[..., 1]  # light from the grass below
    white = np.array([0.96, 0.97, 0.95])
    grass = np.array([0.20, 0.26, 0.12])
    colour = (0.30 + 0.62 * diffuse)[..., None] * white + 0.35 * bounce[..., None] * grass + 0.22 * gloss[..., None]
    alpha = np.clip((1 - radius) * SIDE / 2.04 + 0.5, 0, 1)
    pixels = np.concatenate([np.clip(colour, 0, 1), alpha[..., None]], axis=-1)
    return Image.fromarray(np.round(pixels * 255).astype(np.uint8), "RGBA")


def dimpled(points):
    """Unit normals [H, W, 3] of the dimpled surface at these points of the unit sphere."""
    normal = points.copy()
    for centre in lattice():
        if centre[2] < -0.1:
            continue
        away = points - centre
        distance = np.linalg.norm(away, axis=-1)
        inside = distance < RADIUS
        # A spherical cap: the slope grows from the centre to the rim, the surface falls towards the centre.
        normal[inside] -= DEPTH * away[inside] / RADIUS
    return normal / np.clip(np.linalg.norm(normal, axis=-1, keepdims=True), 1e-6, None)


def lattice():
    """DIMPLES points spread evenly on the unit sphere, tilted so that no pole faces the viewer."""
    index = np.arange(DIMPLES) + 0.5
    height = 1 - 2 * index / DIMPLES
    ring = np.sqrt(1 - height**2)
    turn = GOLDEN_ANGLE * index
    points = np.stack([ring * np.cos(turn), height, ring * np.sin(turn)], axis=-1)
    tilt = np.radians(35)
    rotation = np.array(
        [[1, 0, 0], [0, np.cos(tilt), -np.sin(tilt)], [0, np.sin(tilt), np.cos(tilt)]]
    )
    return points @ rotation.T
