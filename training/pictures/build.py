"""Write public/images: the chapter's pictures, their cut-outs and backgrounds, and credits.json.

    python3 training/pictures/build.py
"""

import hashlib
import io
import json
from pathlib import Path

from compose import compose, crop, trim
from recipes import BACKGROUNDS, PICTURES
from sources import SOURCES

OUT = Path(__file__).resolve().parents[2] / "public" / "images"
LOSSLESS = {"lossless": True, "quality": 100, "method": 6}
LOSSY = {"quality": 88, "method": 6}
# A work made of several may carry the licence of the strictest of these that it contains: public domain
# and CC0 ask for nothing, and the GPL-2.0-or-later parts are combined with no others.
FREE = ("Public domain", "CC0-1.0")
BACKGROUND = {background.id: background for background in BACKGROUNDS}


def main():
    used = [picture.on for picture in PICTURES if picture.on]
    backgrounds = [background for background in BACKGROUNDS if background.id in used]
    stamps = dict.fromkeys(picture.source for picture in PICTURES if picture.on)
    credits = {
        "pictures": [picture_row(picture) for picture in PICTURES],
        "cutouts": [cutout_row(key) for key in stamps],
        "backgrounds": [background_row(background) for background in backgrounds],
    }
    listed = {OUT / row["file"] for rows in credits.values() for row in rows}
    for stale in set(OUT.rglob("*.webp")) - listed:
        stale.unlink()
    (OUT / "credits.json").write_text(json.dumps(credits, ensure_ascii=False, indent=2) + "\n")
    print(f"{len(listed)} files, {sum(file.stat().st_size for file in listed) / 1e6:.2f} MB")


def render(picture):
    """A picture's pixels, RGB."""
    image = SOURCES[picture.source].open()
    if not picture.on:
        return crop(image, picture.box)
    background = BACKGROUND[picture.on]
    return compose(crop(SOURCES[background.source].open(), background.box), trim(image), picture.placement)


def picture_row(picture):
    sources = [picture.source] + ([BACKGROUND[picture.on].source] if picture.on else [])
    return {
        "id": picture.id,
        **written(f"{picture.id}.webp", render(picture), LOSSLESS),
        "title": picture.title,
        "class": picture.label,
        "description": picture.description,
        "kind": "composition" if picture.on else "photograph",
        **credited(sources),
        "changes": "cut-out scaled and set on a cropped and scaled photograph" if picture.on else "cropped and scaled",
    }


def cutout_row(key):
    source = SOURCES[key]
    return {
        "id": key,
        **written(f"cutouts/{key}.webp", trim(source.open()), LOSSLESS),
        "title": source.title,
        **credited([key]),
        "changes": "transparent margin trimmed, scaled down where larger than 320 pixels",
    }


def background_row(background):
    return {
        "id": background.id,
        **written(f"backgrounds/{background.id}.webp", crop(SOURCES[background.source].open(), background.box), LOSSY),
        "title": background.title,
        "description": background.description,
        **credited([background.source]),
        "changes": "cropped and scaled",
    }


def credited(keys):
    sources = [SOURCES[key] for key in keys]
    return {"licence": joint_licence([source.licence for source in sources]), "sources": [source.credit() for source in sources]}


def joint_licence(licences):
    """The licence of a work that contains works under these."""
    binding = sorted(set(licences) - set(FREE))
    if len(binding) > 1:
        raise ValueError(f"expected at most one licence with conditions, got {', '.join(binding)}")
    if binding:
        return binding[0]
    return licences[0]


def written(name, image, options):
    """Encode, write and describe one file."""
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", **options)
    file = OUT / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(buffer.getvalue())
    return {
        "file": name,
        "width": image.width,
        "height": image.height,
        "bytes": len(buffer.getvalue()),
        "sha256": hashlib.sha256(buffer.getvalue()).hexdigest(),
    }


if __name__ == "__main__":
    main()
