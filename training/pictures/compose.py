"""Pixels: square crops, and a cut-out set on a photographed background with soft edges and a shadow."""

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

SIZE = 320


@dataclass(frozen=True)
class Placement:
    """Where a cut-out stands, in fractions of the picture's side."""

    width: float  # of the cut-out
    x: float = 0.5  # of its centre
    bottom: float = 0.85  # of its lowest visible pixel
    mirror: bool = False
    turn: float = 0.0  # degrees, counter-clockwise
    shadow: float = 0.0  # 0 none, 1 black, on the ground below
    reflection: float = 0.0  # 0 none, 1 as clear as the figure, in the water below
    soften: float = 0.6  # radius of the blur of its edge, in pixels
    gain: tuple = (1.0, 1.0, 1.0)  # of its red, green and blue, to suit the light of the background


def crop(image, box):
    """`box` (left, top, right, bottom) of the image, scaled to the picture's size."""
    left, top, right, bottom = box
    if right - left != bottom - top:
        raise ValueError(f"expected a square crop, got {right - left} x {bottom - top}")
    if left < 0 or top < 0 or right > image.width or bottom > image.height:
        raise ValueError(f"crop {box} leaves the image of {image.width} x {image.height}")
    return image.convert("RGB").resize((SIZE, SIZE), Image.LANCZOS, box=box)


def middle(image):
    """The middle square (RGB), scaled to the picture's size if it is larger."""
    side = min(image.size)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    square = image.convert("RGB").crop((left, top, left + side, top + side))
    return square.resize((SIZE, SIZE), Image.LANCZOS) if side > SIZE else square


def trim(cutout):
    """The cut-out without its transparent margin, at most SIZE pixels long."""
    visible = cutout.getchannel("A").point(lambda alpha: 255 if alpha > 24 else 0)
    trimmed = cutout.crop(visible.getbbox())
    trimmed.thumbnail((SIZE, SIZE), Image.LANCZOS)
    return trimmed


def key_out(image, colour, outline, solid, inner=0.12, outer=0.26):
    """The figure inside the polygon `outline` (RGBA), without the ground of this colour (RGB) around it.

    Colours are compared by their shares of red, green and blue, so that folds and shadows of the ground go too: what
    differs by less than `inner` becomes transparent, from `outer` on it stays, as does all in the polygon `solid`.
    """
    pixels = np.asarray(image.convert("RGB")).astype(float)
    ground = np.array(colour, float)
    shares = pixels / np.maximum(pixels.sum(axis=-1, keepdims=True), 1)
    distance = np.abs(shares - ground / ground.sum()).sum(axis=-1)
    alpha = np.clip((distance - inner) / (outer - inner), 0, 1)
    alpha = np.maximum(alpha, _polygon(image.size, solid)) * _polygon(image.size, outline)
    # Light thrown by the ground on the rim of the figure: hardly redder than green and blue.
    red = np.minimum(pixels[..., 0], pixels[..., 1:].mean(axis=-1) * 1.1)
    rim = np.asarray(Image.fromarray((alpha * 255).astype(np.uint8)).filter(ImageFilter.MinFilter(15))) < 255
    pixels[..., 0][rim] = red[rim]
    return Image.fromarray(np.dstack([pixels, alpha * 255]).round().astype(np.uint8), "RGBA")


def _polygon(size, corners):
    mask = Image.new("L", size)
    ImageDraw.Draw(mask).polygon(corners, fill=255)
    return np.asarray(mask) / 255


def compose(background, cutout, placement):
    """The cut-out (RGBA) on the background (RGB, SIZE x SIZE)."""
    figure = _figure(cutout, placement)
    left = round(placement.x * SIZE - figure.width / 2)
    top = round(placement.bottom * SIZE - figure.height)
    layer = Image.new("RGBA", (SIZE, SIZE))
    layer.paste(figure, (left, top))
    result = background.convert("RGBA")
    if placement.reflection:
        result.alpha_composite(_reflection(figure, (left, top), placement.reflection))
    if placement.shadow:
        shade = _shadow(layer.getchannel("A"), figure.size, (left, top), placement.shadow)
        result.paste((0, 0, 0, 255), mask=shade)
    result.alpha_composite(layer)
    return result.convert("RGB")


def _figure(cutout, placement):
    figure = cutout.transpose(Image.FLIP_LEFT_RIGHT) if placement.mirror else cutout
    if placement.turn:
        figure = trim(figure.rotate(placement.turn, Image.BICUBIC, expand=True))
    width = round(placement.width * SIZE)
    figure = figure.resize((width, round(figure.height * width / figure.width)), Image.LANCZOS)
    bands = [band.point(lambda v, g=gain: min(255, round(v * g))) for band, gain in zip(figure.split(), placement.gain)]
    return Image.merge("RGBA", [*bands, _soft(figure.getchannel("A"), placement.soften)])


def _soft(alpha, radius):
    # Only inwards: a blur that reaches outwards would show the colour under transparent pixels.
    return ImageChops.darker(alpha, alpha.filter(ImageFilter.GaussianBlur(radius))) if radius else alpha


def _shadow(alpha, size, corner, strength):
    # The lower part of the silhouette, flattened onto the ground and blurred.
    width, height = size
    left, top = corner
    depth = max(4, round(width * 0.06))
    feet = alpha.crop((left, top + height * 2 // 3, left + width, top + height))
    flat = Image.new("L", (SIZE, SIZE))
    flat.paste(feet.resize((width, depth), Image.BILINEAR), (left, top + height - depth * 2 // 3))
    flat = flat.filter(ImageFilter.GaussianBlur(depth / 3))
    return flat.point(lambda v: round(v * strength))


def _reflection(figure, corner, strength):
    # Upside down below the figure, shorter, blurred, and fading with depth.
    depth = figure.height // 2
    image = figure.transpose(Image.FLIP_TOP_BOTTOM).resize((figure.width, depth), Image.BILINEAR)
    fade = Image.linear_gradient("L").transpose(Image.FLIP_TOP_BOTTOM).resize(image.size)
    image.putalpha(ImageChops.multiply(image.getchannel("A"), fade).point(lambda v: round(v * strength)))
    layer = Image.new("RGBA", (SIZE, SIZE))
    layer.paste(image, (corner[0], corner[1] + figure.height - 2))
    return layer.filter(ImageFilter.GaussianBlur(1.5))
