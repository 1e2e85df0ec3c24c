"""Writes TFRecord files after the description of the format, with nothing but Python itself.

A record is its length as a uint64, the masked CRC32C of these 8 bytes, the data, and the masked
CRC32C of the data. Examples are written by hand after example.proto and feature.proto.
"""
import os
import struct
import sys

folder = sys.argv[1]

TABLE = []
for number in range(256):
    for _ in range(8):
        number = number >> 1 ^ 0x82F63B78 * (number & 1)
    TABLE.append(number)


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = TABLE[(crc ^ byte) & 255] ^ crc >> 8
    return crc ^ 0xFFFFFFFF


assert crc32c(b"123456789") == 0xE3069283


def masked(data):
    crc = crc32c(data)
    return (crc >> 15 | crc << 17) + 0xA282EAD8 & 0xFFFFFFFF


HEADERS = {}


def write(file, data):
    if len(data) not in HEADERS:
        length = struct.pack("<Q", len(data))
        HEADERS[len(data)] = length + struct.pack("<I", masked(length))
    file.write(HEADERS[len(data)] + data + struct.pack("<I", masked(data)))


def varint(number):
    number &= (1 << 64) - 1
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


def field(number, data):
    return varint(number << 3 | 2) + varint(len(data)) + data


def feature(name, kind, values, is_packed=True):
    if kind == 1:
        body = b"".join(field(1, value) for value in values)
    elif kind == 2 and is_packed:
        body = field(1, struct.pack("<%df" % len(values), *values))
    elif kind == 2:
        body = b"".join(varint(1 << 3 | 5) + struct.pack("<f", value) for value in values)
    elif is_packed:
        body = field(1, b"".join(map(varint, values)))
    else:
        body = b"".join(varint(1 << 3) + varint(value) for value in values)
    return field(1, field(1, name.encode()) + field(2, field(kind, body)))


def example(i):
    """Features in changing order, since the map of a protocol buffer has none."""
    features = [
        feature("image", 1, [bytes((i * 7 + k) & 255 for k in range(i % 90))]),
        feature("label", 3, [i - 50], i % 2 == 0),
        feature("weights", 2, [i + 0.25, -i, 1e-30], i % 3 != 0),
        feature("mel", 2, [float(i)] * 9),
    ]
    k = i % 4
    return field(1, b"".join(features[k:] + features[:k]))


with open(os.path.join(folder, "examples.tfrecord"), "wb") as file:
    for i in range(700):
        write(file, example(i))
with open(os.path.join(folder, "any.tfrecord"), "wb") as file:
    for i in range(900):
        write(file, bytes((i + k * k) & 255 for k in range(i * 37 % 2000)))
with open(os.path.join(folder, "million.tfrecord"), "wb") as file:
    for i in range(1000000):
        write(file, b"%d" % i)
