"""Compares the transforms of libpenstock_images.so with Pillow: byte for byte.

usage: pillow.py LIBRARY
Exit 77: this machine cannot run it, and why.
"""

import ctypes
import random
import sys

try:
    from PIL import Image, ImageEnhance
except ImportError as missing:
    print(f"skipped: {missing}: install python3-pil")
    sys.exit(77)

BILINEAR, BICUBIC = 1, 2
BYTES = 1
BRIGHTNESS, CONTRAST, SATURATION, HUE = 1, 2, 3, 4
MODES = {1: "L", 3: "RGB", 4: "CMYK"}  # Pillow resizes all four bands of CMYK alike


class Transform(ctypes.Structure):
    """penstock_images_transform."""

    _fields_ = (
        [(name, ctypes.c_float) for name in ("left", "top", "right", "bottom")]
        + [
            (name, ctypes.c_uint32)
            for name in (
                "full_width", "full_height", "x", "y", "width", "height",
                "filter", "mirrored", "form", "steps",
            )  # fmt: skip
        ]
        + [(name, ctypes.c_float) for name in ("brightness", "contrast", "saturation")]
        + [("hue", ctypes.c_uint32)]
        + [("factors", ctypes.c_float * 4), ("offsets", ctypes.c_float * 4)]
    )


def load(path):
    library = ctypes.CDLL(path)
    library.penstock_images_apply_bytes.restype = ctypes.c_int64
    library.penstock_images_apply.argtypes = [
        ctypes.POINTER(Transform), ctypes.c_char_p, ctypes.c_uint64,
        ctypes.c_uint32, ctypes.c_uint32, ctypes.c_uint32,
        ctypes.c_void_p, ctypes.c_uint64, ctypes.c_void_p, ctypes.c_uint64,
    ]  # fmt: skip
    return library


def apply(library, image, transform):
    channels = len(image.getbands())
    size = (image.width, image.height, channels)
    scratch = library.penstock_images_apply_bytes(ctypes.byref(transform), *size)
    assert scratch > 0, scratch
    memory = ctypes.create_string_buffer(scratch + 64)
    address = (ctypes.addressof(memory) + 63) // 64 * 64
    to = ctypes.create_string_buffer(transform.width * transform.height * channels)
    status = library.penstock_images_apply(
        ctypes.byref(transform), image.tobytes(), image.width * channels, *size,
        ctypes.addressof(to), len(to), address, scratch,
    )  # fmt: skip
    assert status == 0, status
    return to.raw


def turn_hue(image, by):
    """torchvision's adjust_hue, whose factor is by / 255."""
    if image.mode == "L":
        return image
    hue, saturation, value = image.convert("HSV").split()
    hue = hue.point([(i + by) % 256 for i in range(256)])
    return Image.merge("HSV", (hue, saturation, value)).convert("RGB")


def change(image, transform):
    for i in range(4):
        step = transform.steps >> 8 * i & 255
        if step == BRIGHTNESS:
            image = ImageEnhance.Brightness(image).enhance(transform.brightness)
        elif step == CONTRAST:
            image = ImageEnhance.Contrast(image).enhance(transform.contrast)
        elif step == SATURATION:
            image = ImageEnhance.Color(image).enhance(transform.saturation)
        elif step == HUE:
            image = turn_hue(image, transform.hue)
    return image


def random_image(rng, most, channels):
    size = (rng.randint(1, most), rng.randint(1, most))
    data = rng.randbytes(size[0] * size[1] * channels)
    if rng.random() < 0.2:  # the largest steps, where negative weights show
        data = bytes(255 if byte & 1 else 0 for byte in data)
    return Image.frombytes(MODES[channels], size, data)


def random_box(rng, image):
    way = rng.randrange(4)
    if way == 0:
        return (0, 0, image.width, image.height)
    if way == 1:  # whole pixels
        left, top = rng.randrange(image.width), rng.randrange(image.height)
        return (left, top, rng.randint(left + 1, image.width), rng.randint(top + 1, image.height))
    left, top = rng.uniform(0, image.width * 0.9), rng.uniform(0, image.height * 0.9)
    box = (left, top, rng.uniform(left, image.width), rng.uniform(top, image.height))
    box = tuple(ctypes.c_float(edge).value for edge in box)
    return box if box[0] < box[2] and box[1] < box[3] else (0, 0, image.width, image.height)


def compare(library, rng, number):
    channels = rng.choice((1, 3, 3, 4))
    image = random_image(rng, rng.choice((8, 40, 300)), channels)
    box = random_box(rng, image)
    full = tuple(rng.randint(1, rng.choice((8, 60, 200))) for _ in range(2))
    if rng.random() < 0.2 and all(float(edge).is_integer() for edge in box):
        full = (box[2] - box[0], box[3] - box[1])
    x, y = rng.randrange(full[0]), rng.randrange(full[1])
    transform = Transform(
        *box, *full, x, y, rng.randint(1, full[0] - x), rng.randint(1, full[1] - y),
        rng.choice((BILINEAR, BICUBIC)), rng.randrange(2), BYTES,
    )  # fmt: skip
    if channels < 4 and rng.random() < 0.5:
        for i, step in enumerate(rng.sample((BRIGHTNESS, CONTRAST, SATURATION, HUE), 4)):
            transform.steps |= step << 8 * i
    transform.brightness, transform.contrast, transform.saturation = (
        rng.choice((0, 1, rng.uniform(0, 3))) for _ in range(3)
    )
    transform.hue = rng.randrange(256)
    pillow_filter = {BILINEAR: Image.BILINEAR, BICUBIC: Image.BICUBIC}[transform.filter]
    expected = image.resize(full, pillow_filter, box)
    expected = expected.crop((x, y, x + transform.width, y + transform.height))
    if transform.mirrored:
        expected = expected.transpose(Image.FLIP_LEFT_RIGHT)
    expected = change(expected, transform).tobytes()
    found = apply(library, image, transform)
    if found != expected:
        worst = max(abs(a - b) for a, b in zip(found, expected))
        fields = {name: getattr(transform, name) for name, _ in Transform._fields_[:18]}
        sys.exit(f"case {number}: {image} differs by up to {worst}: {fields}")


def main():
    library = load(sys.argv[1])
    rng = random.Random(20)
    cases = 1000
    for number in range(cases):
        compare(library, rng, number)
    print(f"{cases} transforms are those of Pillow {Image.__version__}")


main()
