"""Write public/images: the chapter's pictures, their cut-outs and backgrounds, the photographs of the patch atlas, and
credits.json.

    python3 training/pictures/build.py

Lossless files whose pixels have not changed stay as they are: encoding them is what takes the time.
"""

import hashlib
import io
import json
from pathlib import Path

import numpy as np
from compose import compose, crop, middle, trim
from PIL import Image
from recipes import BACKGROUNDS, CUTOUTS, PICTURES, SAMPLES
from sources import SOURCES, photograph

OUT = Path(__file__).resolve().parents[2] / "public" / "images"
LOSSLESS = {"lossless": True, "quality": 100, "method": 4}
LOSSY = {"quality": 88, "method": 6}
LOSSY_SAMPLE = {"quality": 80, "method": 6}
UNCONDITIONAL = ("Public domain", "CC0-1.0")
BACKGROUND = {background.id: background for background in BACKGROUNDS}


def main():
    credits = {
        "pictures": [picture_row(picture) for picture in PICTURES],
        "cutouts": [cutout_row(cutout) for cutout in CUTOUTS],
        "backgrounds": [background_row(background) for background in BACKGROUNDS],
        "samples": [sample_row(path, title) for path, title in SAMPLES.items()],
    }
    listed = {OUT / row["file"] for rows in credits.values() for row in rows}
    for stale in set(OUT.rglob("*.webp")) - listed:
        stale.unlink()
    (OUT / "credits.json").write_text(json.dumps(credits, ensure_ascii=False, indent=2) + "\n")
    print(f"{len(listed)} files, {sum(file.stat().st_size for file in listed) / 1e6:.2f} MB")


def render(picture):
    """A picture's pixels, RGB."""
    shot = BACKGROUND[picture.on] if picture.on else picture
    ground = crop(SOURCES[shot.source].open(), shot.box)
    return compose(ground, trim(SOURCES[picture.cutout].open()), picture.placement) if picture.cutout else ground


def picture_row(picture):
    ground = BACKGROUND[picture.on].source if picture.on else picture.source
    sources, change = [ground], "cropped and scaled"
    if picture.cutout:
        sources, change = [picture.cutout, ground], "cut-out scaled and set on a cropped and scaled photograph"
    return {
        **described(picture),
        "classes": list(picture.classes),
        "kind": picture.kind,
        **written(f"{picture.id}.webp", render(picture), LOSSLESS),
        **credited([SOURCES[key] for key in sources], change),
    }


def cutout_row(cutout):
    return {
        **described(cutout),
        "classes": list(cutout.classes),
        **written(f"cutouts/{cutout.id}.webp", trim(SOURCES[cutout.id].open()), LOSSLESS),
        **credited([SOURCES[cutout.id]], "transparent margin trimmed, scaled to at most 320 pixels"),
    }


def background_row(background):
    pixels = crop(SOURCES[background.source].open(), background.box)
    return {
        **described(background),
        **written(f"backgrounds/{background.id}.webp", pixels, LOSSY),
        **credited([SOURCES[background.source]], "cropped and scaled"),
    }


def sample_row(path, title):
    name = Path(path).name.lower().replace("_", "-")
    source = photograph(path, title)
    return {
        "id": name,
        "title": title,
        **written(f"samples/{name}.webp", middle(source.open()), LOSSY_SAMPLE),
        **credited([source], "middle square cut out and scaled to at most 320 pixels"),
    }


def described(entry):
    """What a row says about the content."""
    return {"id": entry.id, "title": entry.title, "description": entry.description}


def credited(sources, change):
    """What a row says about its origin; `change` is what was done here, after the edits of the packages."""
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
    file = OUT / name
    if options.get("lossless") and holds(file, image):
        data = file.read_bytes()
    else:
        buffer = io.BytesIO()
        image.save(buffer, "WEBP", **options)
        data = buffer.getvalue()
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    return {
        "file": name,
        "width": image.width,
        "height": image.height,
        "bytes": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
    }


def holds(file, image):
    """Whether the file has this very image; colours under transparent pixels are not kept."""
    if not file.exists():
        return False
    found, wanted = (np.asarray(picture.convert("RGBA")) for picture in (Image.open(file), image))
    if found.shape != wanted.shape:
        return False
    seen = (found == wanted).all(axis=-1) | ((found[..., 3] == 0) & (wanted[..., 3] == 0))
    return bool(seen.all())


if __name__ == "__main__":
    main()
