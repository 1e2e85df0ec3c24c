"""Makes odd images in FOLDER/in, and what Pillow makes of each.

Prints a line for each image: file name, title, what Pillow says. FOLDER/pillow/NAME has the RGB
pixels that Pillow delivers. What Pillow cannot write is written here: a small JPEG encoder with any
sampling, and PNG chunk by chunk.
"""
import base64, io, os, struct, sys, warnings, zlib
import numpy as np
from PIL import Image, ImageFile, ImageSequence

FOLDER = sys.argv[1]
RNG = np.random.default_rng(23)
HEIGHT, WIDTH = 45, 61
IMAGES = []


def add(name, title, data):
    IMAGES.append((name, title, data))


def picture(height=HEIGHT, width=WIDTH):
    y, x = np.mgrid[0:height, 0:width]
    smooth = np.stack([x * 3 + y, y * 4, np.sin(x / 9) * 90 + np.cos(y / 7) * 30 + 128], -1)
    return np.clip(smooth % 256 + RNG.integers(-12, 12, smooth.shape), 0, 255).astype(np.uint8)


def saved(image, kind, **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


# ---- JPEG ---------------------------------------------------------------------------------------

ZIGZAG = sorted(range(64), key=lambda i: (
    i // 8 + i % 8, (i // 8 if (i // 8 + i % 8) % 2 else i % 8)))
DC_CODES = ([0, 1, 5, 1, 1, 1, 1, 1, 1], list(range(12)))
LUMA = [16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69,
        56, 14, 17, 22, 29, 51, 87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81,
        104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99]
TABLE = np.maximum(1, np.array(LUMA) // 4)


def ac_codes():
    """A code of 8 bits for what is frequent, of 16 bits for all else."""
    symbols = [run << 4 | size for size in range(1, 11) for run in range(16)] + [0xf0]
    return ([0, 0, 1] + [0] * 12 + [len(symbols)], [0x00] + symbols)


AC_CODES = ac_codes()


def codes(table):
    result, code, at = {}, 0, 0
    for bits, count in enumerate(table[0], 1):
        for _ in range(count):
            result[table[1][at]] = (code, bits)
            code, at = code + 1, at + 1
        code <<= 1
    return result


def segment(marker, data=b''):
    return bytes([0xff, marker]) + struct.pack('>H', len(data) + 2) + data


def huffman(kind, table):
    counts = table[0] + [0] * (16 - len(table[0]))
    return segment(0xc4, bytes([kind]) + bytes(counts) + bytes(table[1]))


BASIS = np.array([[np.sqrt((1 if u == 0 else 2) / 8) * np.cos((2 * x + 1) * u * np.pi / 16)
                   for x in range(8)] for u in range(8)])


class Bits:
    def __init__(self):
        self.out, self.pending, self.count = bytearray(), 0, 0

    def put(self, value, bits):
        self.pending, self.count = self.pending << bits | value, self.count + bits
        while self.count >= 8:
            byte = self.pending >> (self.count - 8) & 0xff
            self.out += bytes([byte, 0]) if byte == 0xff else bytes([byte])
            self.count -= 8
            self.pending &= (1 << self.count) - 1

    def end(self):
        if self.count:
            self.put((1 << 8 - self.count) - 1, 8 - self.count)


def magnitude(bits, value):
    size = int(abs(value)).bit_length()
    return size, (int(value) if value > 0 else int(value) + (1 << size) - 1)


def put_block(bits, block, before):
    size, rest = magnitude(bits, block[0] - before)
    bits.put(*codes(DC_CODES)[size])
    bits.put(rest, size)
    ac, run = codes(AC_CODES), 0
    last = max([i for i in range(64) if block[i]], default=0)
    for i in range(1, last + 1):
        if block[i] == 0:
            run += 1
            continue
        while run > 15:
            bits.put(*ac[0xf0])
            run -= 16
        size, rest = magnitude(bits, block[i])
        bits.put(*ac[run << 4 | size])
        bits.put(rest, size)
        run = 0
    if last < 63:
        bits.put(*ac[0x00])
    return block[0]


def blocks_of(plane, table, level):
    height, width = plane.shape
    result = {}
    for y in range(0, height, 8):
        for x in range(0, width, 8):
            block = BASIS @ (plane[y:y + 8, x:x + 8].astype(float) - level) @ BASIS.T
            quantized = np.rint(block.reshape(-1) / table).astype(int)
            result[y // 8, x // 8] = quantized[ZIGZAG]
    return result


def shrunk(plane, down, across):
    height, width = plane.shape
    return plane.reshape(height // down, down, width // across, across).mean((1, 3))


def encode(planes, factors, ids, table=TABLE, restart=0, frame=0xc0, bits=8, height=None,
           before=b'', with_codes=True):
    """A JPEG file of planes of one size; factors: (across, down) of each."""
    size = planes[0].shape
    most_across, most_down = max(f[0] for f in factors), max(f[1] for f in factors)
    unit_y, unit_x = 8 * most_down, 8 * most_across
    rows, columns = -(-size[0] // unit_y), -(-size[1] // unit_x)
    coded = []
    for plane, (across, down) in zip(planes, factors):
        padded = np.pad(plane, ((0, rows * unit_y - size[0]), (0, columns * unit_x - size[1])),
                        'edge')
        coded.append(blocks_of(shrunk(padded, most_down // down, most_across // across), table,
                               1 << bits - 1))
    wide = max(table) > 255
    numbers = [int(table[i]) for i in ZIGZAG]
    out = b'\xff\xd8' + before
    out += segment(0xdb, bytes([0x10 * wide]) + struct.pack('>64' + 'BH'[wide], *numbers))
    stored = size[0] if height is None else height
    out += segment(frame, struct.pack('>BHHB', bits, stored, size[1], len(planes)) + b''.join(
        bytes([i, across << 4 | down, 0]) for i, (across, down) in zip(ids, factors)))
    if with_codes:
        out += huffman(0x00, DC_CODES) + huffman(0x10, AC_CODES)
    if restart:
        out += segment(0xdd, struct.pack('>H', restart))
    out += segment(0xda, bytes([len(planes)]) + b''.join(bytes([i, 0]) for i in ids) + b'\0\x3f\0')
    stream, before_dc = Bits(), [0] * len(planes)
    for unit in range(rows * columns):
        if restart and unit and unit % restart == 0:
            stream.end()
            stream.out += bytes([0xff, 0xd0 + (unit // restart - 1) % 8])
            before_dc = [0] * len(planes)
        for c, (across, down) in enumerate(factors):
            for v in range(down):
                for h in range(across):
                    y = unit // columns * down + v
                    x = unit % columns * across + h
                    before_dc[c] = put_block(stream, coded[c][y, x], before_dc[c])
    stream.end()
    return out + bytes(stream.out) + b'\xff\xd9'


def luma_of(rgb):
    r, g, b = (rgb[..., i].astype(float) for i in range(3))
    return [0.299 * r + 0.587 * g + 0.114 * b,
            128 - 0.168736 * r - 0.331264 * g + 0.5 * b,
            128 + 0.5 * r - 0.418688 * g - 0.081312 * b]


def adobe(transform):
    return segment(0xee, b'Adobe\0\x64\0\0\0\0' + bytes([transform]))


JFIF = segment(0xe0, b'JFIF\0\1\1\0\0\1\0\1\0\0')


def exif(orientation, thumbnail=b''):
    return b'Exif\0\0II*\0' + struct.pack('<IHHHIII', 8, 1, 0x112, 3, 1, orientation, 0) + thumbnail


def jpegs():
    rgb = picture()
    image = Image.fromarray(rgb)
    plain = saved(image, 'JPEG', quality=90)
    luma = luma_of(rgb)
    ink = [255 - plane for plane in (rgb[..., 0], rgb[..., 1], rgb[..., 2])] + [
        np.full(rgb.shape[:2], 30)]
    add('baseline.jpg', 'baseline, 4:2:0', plain)
    add('progressive.jpg', 'progressive', saved(image, 'JPEG', quality=90, progressive=True))
    add('gray.jpg', 'gray', saved(image.convert('L'), 'JPEG', quality=90))
    add('444.jpg', '4:4:4', saved(image, 'JPEG', quality=95, subsampling=0))
    add('422.jpg', '4:2:2', saved(image, 'JPEG', quality=95, subsampling=1))
    add('411.jpg', '4:1:1', encode(luma, [(4, 1), (1, 1), (1, 1)], [1, 2, 3], before=JFIF))
    add('440.jpg', '4:4:0', encode(luma, [(1, 2), (1, 1), (1, 1)], [1, 2, 3], before=JFIF))
    add('410.jpg', '4:1:0', encode(luma, [(4, 2), (1, 1), (1, 1)], [1, 2, 3], before=JFIF))
    add('luma-small.jpg', 'Y stored smaller than Cb and Cr',
        encode(luma, [(1, 1), (2, 2), (2, 2)], [1, 2, 3], before=JFIF))
    add('gray-2x2.jpg', 'gray with sampling 2x2', encode(luma[:1], [(2, 2)], [1], before=JFIF))
    add('restart.jpg', 'restart markers',
        encode(luma, [(2, 2), (1, 1), (1, 1)], [1, 2, 3], restart=2, before=JFIF))
    add('cmyk-adobe.jpg', 'CMYK, inverted, with Adobe\'s marker',
        saved(image.convert('CMYK'), 'JPEG', quality=90))
    add('cmyk.jpg', 'CMYK without Adobe\'s marker', encode(ink, [(1, 1)] * 4, [1, 2, 3, 4]))
    add('ycck.jpg', 'YCCK', encode(luma + [np.full(rgb.shape[:2], 225)],
                                   [(2, 2), (1, 1), (1, 1), (2, 2)], [1, 2, 3, 4],
                                   before=adobe(2)))
    planes = [rgb[..., c] for c in range(3)]
    add('rgb-adobe.jpg', 'RGB, said by Adobe\'s marker',
        encode(planes, [(1, 1)] * 3, [1, 2, 3], before=adobe(0)))
    add('rgb-ids.jpg', 'RGB, said by the letters of the components',
        encode(planes, [(1, 1)] * 3, b'RGB'))
    add('no-jfif.jpg', 'YCbCr without JFIF or Adobe', encode(luma, [(1, 1)] * 3, [1, 2, 3]))
    add('ids-012.jpg', 'YCbCr, components 0, 1, 2', encode(luma, [(1, 1)] * 3, [0, 1, 2]))
    for orientation in (3, 6, 8):
        add('exif-%d.jpg' % orientation, 'EXIF orientation %d' % orientation,
            saved(image, 'JPEG', quality=90, exif=exif(orientation)))
    add('preview.jpg', 'EXIF with a preview, a JPEG of its own',
        saved(image, 'JPEG', quality=90, exif=exif(1, plain)))
    profile = bytearray(132)
    profile[0:4], profile[8:12] = struct.pack('>I', 132), b'\x02\x10\0\0'
    profile[12:40] = b'mntrGRAYXYZ ' + bytes(12) + b'acsp'
    add('icc.jpg', 'ICC profile (a gray one, on colours)',
        saved(image, 'JPEG', quality=90, icc_profile=bytes(profile)))
    add('truncated-50.jpg', 'cut short at 50 %', plain[:len(plain) // 2])
    add('truncated-99.jpg', 'cut short at 99 %', plain[:len(plain) * 99 // 100])
    add('no-end.jpg', 'without the marker at its end', plain[:-2])
    progressive = saved(image, 'JPEG', quality=90, progressive=True)
    add('progressive-50.jpg', 'progressive, cut short at 50 %', progressive[:len(progressive) // 2])
    add('trailing.jpg', '1,000 bytes behind its end', plain + bytes(range(250)) * 4)
    add('two.jpg', 'two images in one file', plain + saved(image.rotate(90), 'JPEG'))
    add('filled-up.jpg', '0xff before markers', plain.replace(b'\xff\xda', b'\xff\xff\xff\xda'))
    add('comment.jpg', 'a comment of 65,533 bytes', plain[:2] + segment(0xfe, bytes(65533)) + plain[2:])
    add('1x1.jpg', '1 x 1', saved(Image.fromarray(rgb[:1, :1]), 'JPEG'))
    add('65500x1.jpg', '65,500 x 1',
        saved(Image.fromarray(np.resize(rgb, (1, 65500, 3))), 'JPEG', quality=75))
    add('flipped.jpg', 'noise in its middle',
        plain[:len(plain) // 2] + bytes(RNG.integers(0, 256, 60).astype(np.uint8))
        + plain[len(plain) // 2 + 60:])
    add('arithmetic.jpg', 'arithmetic coding', base64.b64decode(ARITHMETIC))
    add('12-bits.jpg', '12 bits a channel',
        encode([luma[0] * 16], [(1, 1)], [1], table=TABLE * 8, frame=0xc1, bits=12, before=JFIF))
    add('lossless.jpg', 'lossless', encode(luma[:1], [(1, 1)], [1], frame=0xc3, before=JFIF))
    add('dnl.jpg', 'height behind the pixels (DNL)',
        encode(luma[:1], [(1, 1)], [1], height=0, before=JFIF)[:-2]
        + segment(0xdc, struct.pack('>H', HEIGHT)) + b'\xff\xd9')
    add('two-channels.jpg', 'two channels', encode(luma[:2], [(1, 1)] * 2, [1, 2]))
    add('no-codes.jpg', 'without Huffman tables, as in Motion JPEG',
        encode(luma, [(2, 2), (1, 1), (1, 1)], [1, 2, 3], with_codes=False))
    add('wide-table.jpg', 'quantization of 16 bits',
        encode(luma, [(1, 1)] * 3, [1, 2, 3], table=TABLE + 255, frame=0xc1, before=JFIF))
    bomb = bytearray(plain)
    at = bomb.index(b'\xff\xc0')
    bomb[at + 5:at + 9] = struct.pack('>HH', 65500, 65500)
    add('bomb.jpg', 'says that it has 65,500 x 65,500 pixels', bytes(bomb))
    bomb[at + 5:at + 9] = struct.pack('>HH', HEIGHT, 0)
    add('no-width.jpg', 'says that it has 0 columns', bytes(bomb))


# 24 x 16 in YCbCr, written by libjpeg-turbo with arith_code set, as few programs do.
ARITHMETIC = (
    '/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAYEBQYFBAYGBQYHBwYIChAKCgkJChQODwwQFxQYGBcUFhYaHSUfGhsjHBYW'
    'ICwgIyYnKSopGR8tMC0oMCUoKSj/2wBDAQcHBwoIChMKChMoGhYaKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgo'
    'KCgoKCgoKCgoKCgoKCgoKCgoKCj/yQARCAAQABgDASIAAhEBAxEB/8wACgAQEAUBEBEF/9oADAMBAAIRAxEAPwD/AMp5'
    'eLw9f25Mc6zOe7eMkbYHkll+XRc3fABjtI8iu00ROJjBorU/fUfCqA5Dxog5vtmvrzIiiD+O262jIp4DS/cqrGR9Qr26'
    'CyOud9uIAGQmN/30de0Xq2FA/9k=')

# ---- PNG ----------------------------------------------------------------------------------------

SIGNATURE = b'\x89PNG\r\n\x1a\n'


def chunk(kind, data=b''):
    return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))


def header(width, height, bits, kind, interlaced=0):
    return chunk(b'IHDR', struct.pack('>IIBBBBB', width, height, bits, kind, 0, 0, interlaced))


def packed(samples, bits):
    if bits == 16:
        return [row.astype('>u2').tobytes() for row in samples]
    if bits == 8:
        return [row.astype('u1').tobytes() for row in samples]
    shifts = np.arange(bits - 1, -1, -1)
    return [np.packbits((row[:, None] >> shifts & 1).reshape(-1)).tobytes() for row in samples]


def rows(samples, bits):
    return b''.join(b'\0' + row for row in packed(samples.reshape(samples.shape[0], -1), bits))


PASSES = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
          (0, 1, 1, 2)]


def png(samples, bits, kind, extra=b'', interlaced=False, behind=b''):
    height, width = samples.shape[:2]
    data = b''.join(rows(samples[y::down, x::across], bits) for x, y, across, down in PASSES
                    ) if interlaced else rows(samples, bits)
    return (SIGNATURE + header(width, height, bits, kind, int(interlaced)) + extra
            + chunk(b'IDAT', zlib.compress(data)) + behind + chunk(b'IEND'))


def pngs():
    rgb = picture()
    gray = rgb[..., 0]
    deep = RNG.integers(0, 65536, (HEIGHT, WIDTH, 3))
    alpha = (np.mgrid[0:HEIGHT, 0:WIDTH][1] * 4 % 256).astype(np.uint8)
    palette = RNG.integers(0, 256, (256, 3)).astype(np.uint8)
    for bits in (1, 2, 4):
        add('gray-%d.png' % bits, 'gray, %d bit%s' % (bits, 's' * (bits > 1)),
            png(gray >> 8 - bits, bits, 0))
    add('gray-8.png', 'gray, 8 bits', png(gray, 8, 0))
    add('gray-16.png', 'gray, 16 bits', png(deep[..., 0], 16, 0))
    add('rgb-8.png', 'RGB, 8 bits', png(rgb, 8, 2))
    add('rgb-16.png', 'RGB, 16 bits', png(deep, 16, 2))
    add('gray-alpha.png', 'gray and alpha', png(np.dstack([gray, alpha]), 8, 4))
    add('rgba-8.png', 'RGB and alpha', png(np.dstack([rgb, alpha]), 8, 6))
    add('rgba-16.png', 'RGB and alpha, 16 bits', png(np.dstack([deep, deep[..., 0]]), 16, 6))
    add('gray-16-alpha.png', 'gray and alpha, 16 bits', png(deep[..., :2], 16, 4))
    for bits in (1, 4, 8):
        add('palette-%d.png' % bits, 'palette, %d bit%s' % (bits, 's' * (bits > 1)),
            png(gray >> 8 - bits, bits, 3, chunk(b'PLTE', palette[:1 << bits].tobytes())))
    add('palette-alpha.png', 'palette with alpha (tRNS)',
        png(gray, 8, 3, chunk(b'PLTE', palette.tobytes())
            + chunk(b'tRNS', bytes(range(256)))))
    add('rgb-transparent.png', 'RGB with a transparent colour (tRNS)',
        png(rgb, 8, 2, chunk(b'tRNS', struct.pack('>HHH', *(int(v) for v in rgb[3, 3])))))
    add('interlaced.png', 'interlaced', png(rgb, 8, 2, interlaced=True))
    add('interlaced-1.png', 'interlaced, 1 bit', png(gray >> 7, 1, 0, interlaced=True))
    add('interlaced-16.png', 'interlaced, 16 bits', png(deep, 16, 2, interlaced=True))
    add('gamma.png', 'gamma 1.0 (gAMA)', png(rgb, 8, 2, chunk(b'gAMA', struct.pack('>I', 100000))))
    add('icc.png', 'an ICC profile that is none',
        png(rgb, 8, 2, chunk(b'iCCP', b'x\0\0' + zlib.compress(b'no profile'))))
    add('exif-6.png', 'EXIF orientation 6 (eXIf)', png(rgb, 8, 2, chunk(b'eXIf', exif(6)[6:])))
    good = png(rgb, 8, 2)
    at = good.index(b'IDAT')
    add('no-data.png', 'no IDAT', SIGNATURE + header(WIDTH, HEIGHT, 8, 2) + chunk(b'IEND'))
    add('empty-data.png', 'an empty IDAT', SIGNATURE + header(WIDTH, HEIGHT, 8, 2)
        + chunk(b'IDAT') + chunk(b'IEND'))
    data = zlib.compress(rows(rgb, 8))
    add('split.png', 'IDAT of 7 bytes each', SIGNATURE + header(WIDTH, HEIGHT, 8, 2) + b''.join(
        chunk(b'IDAT', data[i:i + 7]) for i in range(0, len(data), 7)) + chunk(b'IEND'))
    add('bad-crc.png', 'wrong checksum of IDAT', good[:-14] + b'\0\0' + good[-12:])
    text = bytearray(chunk(b'tEXt', b'Comment\0hello'))
    text[-1] ^= 1
    add('bad-text.png', 'wrong checksum of a comment', png(rgb, 8, 2, bytes(text)))
    broken = bytearray(data)
    broken[-1] ^= 1
    add('bad-adler.png', 'wrong checksum within the packed pixels',
        SIGNATURE + header(WIDTH, HEIGHT, 8, 2) + chunk(b'IDAT', bytes(broken)) + chunk(b'IEND'))
    add('few-rows.png', 'fewer rows than it says', SIGNATURE + header(WIDTH, HEIGHT, 8, 2)
        + chunk(b'IDAT', zlib.compress(rows(rgb[:20], 8))) + chunk(b'IEND'))
    add('more-rows.png', 'more rows than it says', SIGNATURE + header(WIDTH, 20, 8, 2)
        + chunk(b'IDAT', zlib.compress(rows(rgb, 8))) + chunk(b'IEND'))
    add('truncated.png', 'cut short at 50 %', good[:len(good) // 2])
    add('no-end.png', 'without IEND', good[:-12])
    add('trailing-png.png', '1,000 bytes behind its end', good + bytes(range(250)) * 4)
    add('no-palette.png', 'palette that is missing', png(gray, 8, 3))
    add('palette-small.png', 'palette with 16 of 256 colours',
        png(gray, 8, 3, chunk(b'PLTE', palette[:16].tobytes())))
    add('palette-short.png', 'palette with 9 of 16 colours, all that there are pixels of',
        png(gray // 30, 4, 3, chunk(b'PLTE', palette[:9].tobytes())))
    add('palette-short-alpha.png', 'the same with alpha for 5 of them',
        png(gray // 30, 4, 3, chunk(b'PLTE', palette[:9].tobytes())
            + chunk(b'tRNS', bytes([0, 50, 100, 150, 200]))))
    add('bad-filter.png', 'a filter that does not exist', SIGNATURE + header(WIDTH, HEIGHT, 8, 2)
        + chunk(b'IDAT', zlib.compress(rows(rgb, 8).replace(b'\0', b'\7', 1))) + chunk(b'IEND'))
    add('apng.png', 'animated (APNG)', apng(rgb))
    add('unknown.png', 'a necessary chunk that nobody knows', png(rgb, 8, 2, chunk(b'ABCD', b'x')))
    add('bomb.png', 'says that it has 65,500 x 65,500 pixels',
        SIGNATURE + header(65500, 65500, 8, 2) + chunk(b'IDAT', data) + chunk(b'IEND'))
    add('1x1.png', '1 x 1, PNG', png(rgb[:1, :1], 8, 2))


def apng(rgb):
    control = struct.pack('>IIIIIHHBB', 0, WIDTH, HEIGHT, 0, 0, 1, 10, 0, 0)
    second = struct.pack('>IIIIIHHBB', 1, WIDTH, HEIGHT, 0, 0, 1, 10, 0, 0)
    return (SIGNATURE + header(WIDTH, HEIGHT, 8, 2) + chunk(b'acTL', struct.pack('>II', 2, 0))
            + chunk(b'fcTL', control) + chunk(b'IDAT', zlib.compress(rows(rgb, 8)))
            + chunk(b'fcTL', second)
            + chunk(b'fdAT', struct.pack('>I', 2) + zlib.compress(rows(255 - rgb, 8)))
            + chunk(b'IEND'))


# ---- others -------------------------------------------------------------------------------------

def others():
    image = Image.fromarray(picture())
    plain = saved(image, 'JPEG', quality=90)
    add('text.jpg', 'text named .jpg', b'This was to be downloaded later.\n')
    add('page.jpg', 'a page of HTML named .jpg', b'<!DOCTYPE html><html><body>404</body></html>')
    add('empty.jpg', '0 bytes', b'')
    add('start.jpg', 'the first 2 bytes of a JPEG', plain[:2])
    add('zeros.jpg', '4,096 zeros', bytes(4096))
    add('png.jpg', 'PNG named .jpg', saved(image, 'PNG'))
    add('jpeg.png', 'JPEG named .png', plain)
    add('x.gif', 'GIF', saved(image.quantize(64), 'GIF'))
    add('x.bmp', 'BMP', saved(image, 'BMP'))
    add('x.webp', 'WebP', saved(image, 'WEBP', lossless=True))
    add('x.tiff', 'TIFF', saved(image, 'TIFF'))
    add('x.jp2', 'JPEG 2000', saved(image, 'JPEG2000'))
    add('gzip.jpg', 'a JPEG packed with gzip', __import__('gzip').compress(plain, mtime=0))


def by_pillow(name, data):
    """What Pillow says, with the pixels in a file if it delivers any."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter('error', Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(data))
            image.load()
            pixels = np.asarray(image.convert('RGB'))
    except (Exception, Warning) as e:
        return 'error', type(e).__name__
    with open('%s/pillow/%s' % (FOLDER, name), 'wb') as file:
        file.write(pixels.tobytes())
    return '%d x %d' % (pixels.shape[1], pixels.shape[0]), image.mode


def main():
    for part in ('in', 'pillow'):
        os.makedirs('%s/%s' % (FOLDER, part))
    jpegs()
    pngs()
    others()
    assert len({name for name, _, _ in IMAGES}) == len(IMAGES)
    for name, title, data in IMAGES:
        with open('%s/in/%s' % (FOLDER, name), 'wb') as file:
            file.write(data)
        print(name, title, *by_pillow(name, data), sep='\t')


main()
