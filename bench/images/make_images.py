"""Writes GIB of JPEG images into ARCHIVE (tar), and each as a file into FOLDER: make_images.py GIB ARCHIVE FOLDER.

They are made of 64 pictures of waves and noise; a comment with its number makes each file another one.
"""
import io, os, struct, sys, tarfile
import numpy as np
from PIL import Image

size, archive, folder = int(sys.argv[1]) << 30, sys.argv[2], sys.argv[3]
rng = np.random.default_rng(5)
y, x = np.mgrid[0:375, 0:500]
pool = []
for _ in range(64):
    f, p = rng.uniform(0.005, 0.06, 6), rng.uniform(0, 6, 6)
    planes = [127 + 60 * np.sin(x * f[c] + p[c]) * np.cos(y * f[c + 3] + p[c + 3])
              + rng.normal(0, 14, x.shape) for c in range(3)]
    out = io.BytesIO()
    Image.fromarray(np.stack(planes, 2).clip(0, 255).astype(np.uint8)).save(out, 'JPEG', quality=88)
    pool.append(out.getvalue())

with tarfile.open(archive, 'w') as tar:
    i = 0
    while tar.offset < size:
        picture = pool[i % len(pool)]
        comment = b'\xff\xfe' + struct.pack('>HQ', 10, i)
        data = picture[:2] + comment + picture[2:]
        name = '%02d/%08d.jpg' % (i % 100, i)
        member = tarfile.TarInfo(name)
        member.size = len(data)
        tar.addfile(member, io.BytesIO(data))
        if i < 100:
            os.makedirs('%s/%02d' % (folder, i % 100), exist_ok=True)
        with open('%s/%s' % (folder, name), 'wb') as file:
            file.write(data)
        i += 1
os.sync()
