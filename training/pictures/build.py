"""Write public/images: the chapter's pictures, their cut-outs and backgrounds, and credits.json.

    python3 training/pictures/build.py
"""

import hashlib
import io
import json
from pathlib import Path

from compose import compose, crop, trim
from recipes import BACKGROUNDS, CUTOUTS, PICTURES
from sources import SOURCES

OUT = Path(__file__).resolve().parents[2] / "public" / "images"
LOSSLESS = {"lossless": True, "quality": 100, "method": 6}
LOSSY = {"quality": 88, "method": 6}
UNCONDITIONAL = ("Public domain", "CC0-1.0")
BACKGROUND = {background.id: background for background in BACKGROUNDS}


def main():
    credits = {
        "pictures": [picture_row(picture) for picture in PICTURES],
        "cutouts": [cutout_row(cutout) for cutout in CUTOUTS],
        "backgrounds": [background_row(background) for background in BACKGROUNDS],
    }
    listed = {OUT / row["file"] for rows in credits.values() for row in rows}
    for stale in set(OUT.rglob("*.webp")) - listed:
        stale.unlink()
    (OUT / "credits.json").write_text(json.dumps(credits, ensure_ascii=False, indent=2) + "\n")
    print(f"{len(listed)} files, {sum(file.stat().st_size for file in listed) / 1e6:.2f} MB")


def render(picture):
    """A picture's pixels, RGB."""
    if picture.source:
        return crop(SOURCES[picture.source].open(), picture.box)
    background = BACKGROUND[picture.on]
    ground = crop(SOURCES[background.source].open(), background.box)
    return compose(ground, trim(SOURCES[picture.cutout].open()), picture.placement)


def picture_row(picture):
    if picture.source:
        kind, sources, change = "photograph", [picture.source], "cropped and scaled"
    else:
        kind, sources = "composition", [picture.cutout, BACKGROUND[picture.on].source]
        change = "cut-out scaled and set on a cropped and scaled photograph"
    return {
        **described(picture),
        "class": picture.label,
        "kind": kind,
        **written(f"{picture.id}.webp", render(picture), LOSSLESS),
        **credited(sources, change),
    }


def cutout_row(cutout):
    return {
        **described(cutout),
        "class": cutout.label,
        **written(f"cutouts/{cutout.id}.webp", trim(SOURCES[cutout.id].open()), LOSSLESS),
        **credited([cutout.id], "transparent margin trimmed, scaled to at most 320 pixels"),
    }


def background_row(background):
    pixels = crop(SOURCES[background.source].open(), background.box)
    return {
        **described(background),
        **written(f"backgrounds/{background.id}.webp", pixels, LOSSY),
        **credited([background.source], "cropped and scaled"),
    }


def described(entry):
    """What a row says about the content."""
    return {"id": entry.id, "title": entry.title, "description": entry.description}


def credited(keys, change):
    """What a row says about its origin; `change` is what was done here, after the edits of the packages."""
    sources = [SOURCES[key] for key in keys]
    return {
        "licence": joint_licence([source.licence for source in sources]),
        "changes": "; ".join([source.edits for source in sources if source.edits] + [change]),
        "sources": [source.credit() for source in sources],
    }


def joint_licence(licences):
    """The licence of a work that contains works under these.

    Public domain and CC0 ask for nothing; two different licences with conditions are never combined.
    """
    conditional = sorted(set(licences) - set(UNCONDITIONAL))
    if len(conditional) > 1:
        raise ValueError(f"expected at most one licence with conditions, got {', '.join(conditional)}")
    return conditional[0] if conditional else licences[0]


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
