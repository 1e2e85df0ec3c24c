"""Makes images of many kinds in FOLDER/in/NAME, and what they are as arrays in FOLDER/expected.

PNG files are written out here, as Pillow writes few kinds of them; where samples have 8 bits at
most, Pillow must read them as the numbers that they were made of.
"""
import base64, io, os, struct, sys, zlib
import numpy as np
from PIL import Image

FOLDER = sys.argv[1]
RNG = np.random.default_rng(7)


def write(name, extension, data, expected):
    os.makedirs(f'{FOLDER}/in/{name}')
    os.makedirs(f'{FOLDER}/expected', exist_ok=True)
    with open(f'{FOLDER}/in/{name}/x.{extension}', 'wb') as file:
        file.write(data)
    np.save(f'{FOLDER}/expected/{name}.npy', expected)


def pillow(data):
    return np.asarray(Image.open(io.BytesIO(data)).convert('RGB'))


def image(height=61, width=83):
    y, x = np.mgrid[0:height, 0:width]
    smooth = np.stack([x * 2 + y, y * 3, np.sin(x / 9) * 90 + np.cos(y / 7) * 30 + 128], -1)
    return Image.fromarray(
        np.clip(smooth % 256 + RNG.integers(-20, 20, smooth.shape), 0, 255).astype(np.uint8))


def jpeg(picture, **options):
    out = io.BytesIO()
    picture.save(out, 'JPEG', **{'quality': 90, **options})
    return out.getvalue()


def segment(marker, data):
    return bytes([0xff, marker]) + struct.pack('>H', len(data) + 2) + data


def without(data, *markers):
    """A JPEG without the segments of some markers."""
    out, at = data[:2], 2
    while data[at + 1] != 0xda:
        end = at + 2 + struct.unpack('>H', data[at + 2:at + 4])[0]
        if data[at + 1] not in markers:
            out += data[at:end]
        at = end
    return out + data[at:]


def with_ids(data, ids):
    """A JPEG whose components have other numbers."""
    data = bytearray(data)
    frame = data.index(b'\xff\xc0')
    scan = data.index(b'\xff\xda')
    for i, number in enumerate(ids):
        data[frame + 10 + 3 * i] = number
        data[scan + 5 + 2 * i] = number
    return bytes(data)


def profile(space):
    """A profile of colour as far as its header goes, in which nothing else is right."""
    header = bytearray(132)
    header[0:4] = struct.pack('>I', 132)
    header[8:12] = b'\x02\x10\x00\x00'
    header[12:16], header[16:20], header[20:24], header[36:40] = b'mntr', space, b'XYZ ', b'acsp'
    return bytes(header)


def exif(orientation, thumbnail):
    tiff = b'II*\0' + struct.pack('<IHHHIII', 8, 1, 0x112, 3, 1, orientation, 0)
    return b'Exif\0\0' + tiff + thumbnail


def jpegs():
    colour = image()
    files = {
        'baseline': jpeg(colour),
        'progressive': jpeg(colour, progressive=True),
        'optimized': jpeg(colour, optimize=True),
        'chroma-444': jpeg(colour, subsampling='4:4:4'),
        'chroma-422': jpeg(colour, subsampling='4:2:2'),
        'chroma-420': jpeg(colour, subsampling='4:2:0'),
        'chroma-411': jpeg(colour, subsampling='4:1:1'),
        'quality-5': jpeg(colour, quality=5),
        'quality-100': jpeg(colour, quality=100, subsampling=0),
        'gray': jpeg(colour.convert('L')),
        'gray-progressive': jpeg(colour.convert('L'), progressive=True),
        'one-pixel': jpeg(image(1, 1)),
        'one-row': jpeg(image(1, 40)),
        'ink': jpeg(colour.convert('CMYK')),
        'ink-progressive': jpeg(colour.convert('CMYK'), progressive=True),
        'comment': jpeg(colour, comment=b'\xff\xd9 no end'),
        'profile-srgb': jpeg(colour, icc_profile=profile(b'RGB ')),
        'profile-gray': jpeg(colour, icc_profile=profile(b'GRAY')),
        'profile-gray-of-gray': jpeg(colour.convert('L'), icc_profile=profile(b'GRAY')),
        'profile-of-ink': jpeg(colour.convert('CMYK'), icc_profile=profile(b'CMYK')),
        'profile-broken': jpeg(colour, icc_profile=b'no profile'),
        'exif-turned': jpeg(colour, exif=exif(6, jpeg(image(8, 8)))),
    }
    base = files['baseline']
    scan = base.index(b'\xff\xda')
    files['restart'] = RESTART
    files['trailing'] = base + b'more behind the end' + base
    files['filled-up'] = base[:-2] + bytes(1001) + base[-2:]
    files['fill-bytes'] = base[:scan] + b'\xff\xff' + base[scan:]
    bare = without(base, 0xe0)
    files['no-jfif'] = bare
    files['no-jfif-444'] = without(files['chroma-444'], 0xe0)
    files['adobe-rgb'] = bare[:2] + segment(0xee, b'Adobe\0\x64\0\0\0\0\0') + bare[2:]
    files['adobe-luma'] = bare[:2] + segment(0xee, b'Adobe\0\x64\0\0\0\0\1') + bare[2:]
    files['ids-rgb'] = with_ids(files['no-jfif-444'], b'RGB')
    files['ids-012'] = with_ids(files['no-jfif-444'], b'\0\1\2')
    ink = files['ink']
    at = ink.index(b'Adobe') + 11
    files['ink-luma'] = ink[:at] + b'\2' + ink[at + 1:]
    files['ink-no-adobe'] = without(ink, 0xee)
    for name, data in files.items():
        write('jpeg-' + name, 'jpg', data, pillow(data))


# Of 40 rows and 90 columns, with a restart marker behind every second block; the Pillow that many
# systems have cannot write them.
RESTART = base64.b64decode(
    '/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDACgcHiMeGSgjISMtKygwPGRBPDc3PHtYXUlkkYCZlo+AjIqgtObDoKrarYqMyP/L'
    '2u71////m8H////6/+b9//j/2wBDASstLTw1PHZBQXb4pYyl+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4'
    '+Pj4+Pj4+Pj4+Pj4+Pj/wAARCAAoAFoDASIAAhEBAxEB/8QAGQAAAwEBAQAAAAAAAAAAAAAAAAIDBAEF/8QALhAAAgEBBAgF'
    'BQEAAAAAAAAAAAECAwQRcdESISMxUmGR8BMUIkFRMkJiofGB/8QAGAEAAwEBAAAAAAAAAAAAAAAAAgMEAQD/xAAlEQADAAAF'
    'BAEFAAAAAAAAAAAAAQIREiExUQMEIvBxQWGBkcH/3QAEAAL/2gAMAwEAAhEDEQA/APOjTKKmVjDUd0SqrUrFi4smoIZRXwVj'
    'S+R1FLchL6lbvQqmz//Qio/iQtEH4i1Lcb1BvkQtEF4i3vUHNvH1D+tfgZFB8h1DmuhZU/x6jqHPog3fvuAibP/RyqHdw6hj'
    '0LKGIyhgE7KZszVobGRl0D0q0NjLV+jNod3hzegjuL8l8H//0hQ9I0KfuRduo3L0z6LMfz1FJLRn0WZtKs2LWxJE3wWUL3ch'
    '1BL21kVbqKX0zvwWY6ttFfZO/BZi2r3e5TM3wf/T1qnxELRDaK5XK4orbRX2zbwWZC0W2j4ivjNu74WYEqsdjutN5NgUOV46'
    'h2iKt1Hhngksx1bqPDPBJZhNVwTzN8H/1LqHIdQ73EVbqPDP/Esx1bqPDPosxbVcGzN8DVobGWoy6Hd5etbqPgy9M+izMvnq'
    'PDP9BwqwE9xN5lp9D//Vw6GtDqF8sAAe3r+f4LlseMPcdQuxYAKxfv3KZbP/1lUPZb/dkLRDaL4u3gAUvX9j+s3kEUP4Oofw'
    'ADbJ5bP/14qA6gAGtlEtnK0NjIy6Hd4AFNNIT3DeZfB//9k=')


def packed(samples, bits):
    """Rows of samples as bytes: (height, samples) to a list of bytes."""
    if bits == 16:
        return [row.astype('>u2').tobytes() for row in samples]
    if bits == 8:
        return [row.astype('u1').tobytes() for row in samples]
    shifts = np.arange(bits - 1, -1, -1)
    return [np.packbits((row[:, None] >> shifts & 1).reshape(-1)).tobytes() for row in samples]


def filtered(rows, step):
    out, above = b'', None
    for number, row in enumerate(rows):
        kind = (number + len(rows)) % 5
        above = above or bytes(len(row))
        line = bytearray()
        for i, byte in enumerate(row):
            left = row[i - step] if i >= step else 0
            corner = above[i - step] if i >= step else 0
            up = above[i]
            paeth = min((abs(up - corner), 0, left), (abs(left - corner), 1, up),
                        (abs(left + up - 2 * corner), 2, corner))[2]
            line.append((byte - [0, left, up, (left + up) // 2, paeth][kind]) & 255)
        out += bytes([kind]) + bytes(line)
        above = row
    return out


def chunk(name, data):
    return struct.pack('>I', len(data)) + name + data + struct.pack('>I', zlib.crc32(name + data))


PASSES = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
          (0, 1, 1, 2)]


def png(samples, kind, bits, interlaced=False, more=()):
    """samples: (height, width, samples of a pixel)."""
    height, width, count = samples.shape
    step = max(1, bits * count // 8)
    raw = b''
    for x, y, dx, dy in PASSES if interlaced else [(0, 0, 1, 1)]:
        part = samples[y::dy, x::dx]
        if part.size:
            raw += filtered(packed(part.reshape(len(part), -1), bits), step)
    packed_raw = zlib.compress(raw)
    third = len(packed_raw) // 3
    header = struct.pack('>IIBBBBB', width, height, bits, kind, 0, 0, interlaced)
    return (b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', header)
            + b''.join(chunk(*c) for c in more)
            + chunk(b'IDAT', packed_raw[:third]) + chunk(b'IDAT', b'')
            + chunk(b'IDAT', packed_raw[third:]) + chunk(b'IEND', b''))


def pngs():
    kinds = {0: (1, (1, 2, 4, 8, 16)), 2: (3, (8, 16)), 3: (1, (1, 2, 4, 8)), 4: (2, (8, 16)),
             6: (4, (8, 16))}
    for kind, (count, depths) in kinds.items():
        for bits in depths:
            for interlaced in (False, True):
                for height, width in ((1, 1), (13, 9), (21, 34)):
                    samples = RNG.integers(0, 2 ** bits, (height, width, count))
                    more = []
                    if kind == 3:
                        palette = RNG.integers(0, 256, (2 ** bits, 3), np.uint8)
                        more = [(b'PLTE', palette.tobytes()), (b'tRNS', b'\0\x80')]
                        expected = palette[samples[..., 0]]
                    else:
                        scale = 255 // (2 ** bits - 1) if bits < 8 else 1
                        expected = samples[..., :3 if kind in (2, 6) else 1] * scale
                        expected = np.repeat(expected, 3 // expected.shape[-1], -1)
                        expected = expected.astype(np.uint16 if bits == 16 else np.uint8)
                        more = [(b'gAMA', struct.pack('>I', 100000)),
                                (b'iCCP', b'x\0\0' + zlib.compress(profile(b'GRAY')))]
                        if kind == 0:
                            more.append((b'tRNS', b'\0\0'))
                    data = png(samples, kind, bits, interlaced, more)
                    if bits <= 8:
                        assert (pillow(data) == expected).all(), (kind, bits)
                    name = f'png-{kind}-{bits}-{int(interlaced)}-{height}x{width}'
                    write(name, 'png', data, expected)


def others():
    colour = image()
    few = colour.quantize(31)
    pictures = {
        'gif': (few, {}), 'gif-plain': (few, {'interlace': 0}),
        'gif-transparent': (few, {'transparency': 3}), 'gif-gray': (colour.convert('L'), {}),
        'gif-two': (few, {'save_all': True, 'append_images': [image().quantize(7)]}),
        'bmp-1': (colour.convert('1'), {}), 'bmp-gray': (colour.convert('L'), {}),
        'bmp-palette': (few, {}), 'bmp': (colour, {}),
    }
    for name, (picture, options) in pictures.items():
        out = io.BytesIO()
        picture.save(out, name[:3].upper(), **options)
        write(name, name[:3], out.getvalue(), pillow(out.getvalue()))
    height, width = 5, 6
    header = struct.pack('<IiiHHIIiiII', 124, width, -height, 1, 32, 3, 4 * width * height, 0, 0, 0, 0)
    header += struct.pack('<IIII', 0xff0000, 0xff00, 0xff, 0) + b'DEBM' + bytes(64)
    header += struct.pack('<III', 138 + 4 * width * height, 10, 0)
    header = header[:124].ljust(124, b'\0')
    pixels = RNG.integers(0, 256, (height, width, 4), np.uint8)
    data = b'BM' + struct.pack('<IHHI', 138 + pixels.size, 0, 0, 138) + header + pixels.tobytes()
    write('bmp-profile', 'bmp', data, pixels[..., 2::-1])


jpegs()
pngs()
others()
