"""A second reader of TFRecord files, which shares nothing with the writer.

It checks all checksums, bit by bit where they are short. For the records, and for each feature of
examples, it writes NAME.sizes, int64, and NAME.bin, all values one after another.
"""
import array
import os
import struct
import sys

source, target, has_features = sys.argv[1], sys.argv[2], sys.argv[3] == "examples"
os.makedirs(target)


def divided(byte):
    """The remainder of one byte, most significant bit first, of the polynomial not reflected."""
    value = int("{:08b}".format(byte)[::-1], 2) << 24
    for _ in range(8):
        value = (value << 1 ^ (0x1EDC6F41 if value >> 31 else 0)) & 0xFFFFFFFF
    return int("{:032b}".format(value)[::-1], 2)


REMAINDERS = [divided(byte) for byte in range(256)]


def is_sound(data, stored):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ REMAINDERS[crc & 255 ^ byte]
    unmasked = stored - 0xA282EAD8 & 0xFFFFFFFF
    return ~crc & 0xFFFFFFFF == (unmasked << 15 | unmasked >> 17) & 0xFFFFFFFF


assert is_sound(b"123456789", ((0xE3069283 >> 15 | 0xE3069283 << 17) + 0xA282EAD8) & 0xFFFFFFFF)


def fields(data):
    at = 0
    while at < len(data):
        key, at = number(data, at)
        if key & 7 == 2:
            length, at = number(data, at)
            yield key >> 3, data[at : at + length]
            at += length
        elif key & 7 == 5:
            yield key >> 3, data[at : at + 4]
            at += 4
        else:
            value, at = number(data, at)
            yield key >> 3, value


def number(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, at


def bytes_of(kind, body):
    """The values of a feature as little-endian bytes."""
    out = b""
    for _, value in fields(body):
        if kind == 3:
            values = [value] if isinstance(value, int) else []
            at = 0
            while not isinstance(value, int) and at < len(value):
                one, at = number(value, at)
                values.append(one)
            out += b"".join(one.to_bytes(8, "little") for one in values)
        else:
            out += value
    return out


columns = {}


def add(name, value):
    sizes, values = columns.setdefault(name, (array.array("q"), bytearray()))
    sizes.append(len(value))
    values += value


with open(source, "rb") as file:
    data = file.read()
position = 0
lengths = {}
while position < len(data):
    head = data[position : position + 12]
    if head not in lengths:
        assert is_sound(head[:8], struct.unpack("<I", head[8:])[0])
        lengths[head] = struct.unpack("<Q", head[:8])[0]
    end = position + 12 + lengths[head]
    record = data[position + 12 : end]
    assert is_sound(record, struct.unpack("<I", data[end : end + 4])[0])
    position = end + 4
    if not has_features:
        add("records", record)
        continue
    for _, features in fields(record):
        for _, entry in fields(features):
            parts = dict(fields(entry))
            for kind, body in fields(parts[2]):
                add(parts[1].decode(), bytes_of(kind, body))
for name, (sizes, values) in columns.items():
    with open(os.path.join(target, name + ".sizes"), "wb") as file:
        file.write(sizes.tobytes())
    with open(os.path.join(target, name + ".bin"), "wb") as file:
        file.write(values)
