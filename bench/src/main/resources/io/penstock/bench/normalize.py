"""What TorchBenchmark times: a batch of images, normalized by PyTorch, for each line that comes in.

Usage: normalize.py WAY THREADS IMAGES. WAY is "images" (torchvision's ToTensor and Normalize on each
image, then stacked: what the workers of a DataLoader do) or "batch" (the same arithmetic on all
images at once, written by hand). Says "ready", and the first value of each batch thereafter.
"""

import sys

import numpy as np
import torch
from torchvision import transforms

MEAN = [0.485, 0.456, 0.406]
DEVIATION = [0.229, 0.224, 0.225]


def main():
    way, threads, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    torch.set_num_threads(threads)
    images = np.random.default_rng(1).integers(0, 256, (count, 224, 224, 3), dtype=np.uint8)
    mean = torch.tensor(MEAN).view(1, 3, 1, 1)
    deviation = torch.tensor(DEVIATION).view(1, 3, 1, 1)
    each = transforms.Compose([transforms.ToTensor(), transforms.Normalize(MEAN, DEVIATION)])

    def normalize():
        if way == "images":
            return torch.stack([each(image) for image in images])
        planes = torch.from_numpy(images).permute(0, 3, 1, 2).contiguous()
        return planes.to(torch.float32).div_(255).sub_(mean).div_(deviation)

    expected = (images[:, 100, 50, 1] / 255 - MEAN[1]) / DEVIATION[1]
    found = normalize()[:, 1, 100, 50].numpy()
    if not np.allclose(found, expected, atol=1e-5):
        raise AssertionError(f"expected {expected}, found {found}")
    print("ready", flush=True)
    for _ in sys.stdin:
        print(normalize()[0, 0, 0, 0].item(), flush=True)


main()
