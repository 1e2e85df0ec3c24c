"""One epoch of PyTorch's DataLoader over a folder of images: torch_epoch.py FOLDER WORKERS."""
import math, os, random, resource, sys, time
import numpy as np
import torch
from PIL import Image

MEAN = torch.tensor([.485, .456, .406]).view(3, 1, 1)
DEVIATION = torch.tensor([.229, .224, .225]).view(3, 1, 1)


def crop_of(width, height):
    """As torchvision's RandomResizedCrop draws it."""
    area = width * height
    for _ in range(10):
        target = area * random.uniform(.08, 1)
        ratio = math.exp(random.uniform(math.log(3 / 4), math.log(4 / 3)))
        w, h = round(math.sqrt(target * ratio)), round(math.sqrt(target / ratio))
        if 0 < w <= width and 0 < h <= height:
            top, left = random.randint(0, height - h), random.randint(0, width - w)
            return left, top, left + w, top + h
    return 0, 0, width, height


class Pictures(torch.utils.data.Dataset):
    def __init__(self, folder):
        self.files = sorted(os.path.join(place, name) for place, _, names in os.walk(folder)
                            for name in names)

    def __len__(self):
        return len(self.files)

    def __getitem__(self, index):
        image = Image.open(self.files[index]).convert('RGB')
        image = image.crop(crop_of(*image.size)).resize((224, 224), Image.BILINEAR)
        if random.random() < .5:
            image = image.transpose(Image.FLIP_LEFT_RIGHT)
        pixels = torch.from_numpy(np.array(image)).permute(2, 0, 1).contiguous().float().div(255)
        return pixels.sub_(MEAN).div_(DEVIATION)


def main():
    torch.set_num_threads(1)
    loader = torch.utils.data.DataLoader(Pictures(sys.argv[1]), batch_size=64, shuffle=True,
                                         num_workers=int(sys.argv[2]))
    start, count, total = time.time(), 0, 0.0
    for batch in loader:
        count += len(batch)
        total += float(batch[0, 0, 0, 0])
    seconds = time.time() - start
    cpu = sum(u.ru_utime + u.ru_stime for u in (
        resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)))
    print('PyTorch, %s workers: %d images in %.1f s, %.0f images/s, cpu %.2f ms/image (sum %.3f)'
          % (sys.argv[2], count, seconds, count / seconds, 1e3 * cpu / count, total))


main()
