"""What SegmentTest.boundaries_areScipys compares with: boundary F1 by scipy's distances. scipy 1.17.1 and numpy 2.4.6.

Csurka et al. 2013, "What is a good evaluation measure for semantic segmentation?", with the tolerance of
0.75 % of the diagonal.
"""

import numpy as np
from scipy.ndimage import binary_erosion, distance_transform_edt

HEIGHT, WIDTH, CLASSES, IGNORED = 180, 240, 4, 255
y, x = np.mgrid[0:HEIGHT, 0:WIDTH]


def picture(x, y):
    return ((x * x + 3 * y * y + 7 * x * y) // 9000 + (x // 50) * (y // 70)) % 3


truth = picture(x, y)
truth[(x + y) % 97 < 6] = IGNORED
answer = picture(x + x * y // 5000, y + x // 60)
answer[100:110, 20:40] = 3
counts = truth != IGNORED
tolerance = 0.0075 * np.hypot(HEIGHT, WIDTH)


def outline(labels, c):
    # a pixel beside the picture's edge, or beside one that does not count, is on no outline for that
    inside = (labels == c) & counts
    return inside & ~binary_erosion(inside | ~counts, border_value=1)


def share(of, near):
    return (distance_transform_edt(~near)[of] <= tolerance).mean() if near.any() else 0.0


print("tolerance", tolerance)
for c in range(CLASSES):
    true, said = outline(truth, c), outline(answer, c)
    if not true.any() or not said.any():
        print(c, 0.0 if true.any() or said.any() else None)
        continue
    precision, recall = share(said, true), share(true, said)
    print(c, true.sum(), said.sum(), precision, recall, 2 * precision * recall / (precision + recall))
