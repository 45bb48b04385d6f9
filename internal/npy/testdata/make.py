"""Writes the files of this folder with NumPy itself: every type, order, byte order and header version that npy reads.

Run as `python3 make.py` here. Every array holds (i - 5) * step in C order for i = 0..23, with shape 2x3x4, where the
type can hold it; the tests know the rule.
"""
import numpy as np
from numpy.lib import format as npyformat

SHAPE = (2, 3, 4)


def values(dtype):
    if dtype.kind == "b":
        return np.arange(24) % 3 == 0
    low = 0 if dtype.kind == "u" else -5
    step = 0.25 if dtype.kind == "f" else 1
    return (np.arange(24) + low) * step


for code in ["f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "b1"]:
    for end in "<>":
        dtype = np.dtype(end + code)
        if dtype.itemsize == 1 and end == ">":
            continue
        for order in "CF":
            x = values(dtype).astype(dtype).reshape(SHAPE).copy(order=order)
            np.save(f"{dtype.name}-{'le' if end == '<' else 'be'}-{order}.npy", x)

x = values(np.dtype("<f4")).astype("<f4").reshape(SHAPE)
for version in [(2, 0), (3, 0)]:
    with open(f"version{version[0]}.npy", "wb") as f:
        npyformat.write_array(f, x, version=version)
np.save("scalar.npy", np.float32(7.5))
np.save("vector.npy", np.arange(3, dtype="<f8"))
np.save("empty.npy", np.zeros((0, 5), "<f4"))
np.save("complex64.npy", np.zeros(2, "c8"))
np.save("string.npy", np.array(["a", "b"]))
np.save("structured.npy", np.zeros(2, [("x", "<f4"), ("y", "<i2")]))
np.save("object.npy", np.array([{}, None], dtype=object), allow_pickle=True)
np.savez("stored.npz", weight=x, bias=np.arange(3, dtype="<f8"))
np.savez_compressed("deflated.npz", weight=x, bias=np.arange(3, dtype="<f8"))
# Headers of every length around a multiple of 64, where the padding is awkward.
for axes in (13, 14, 15):
    for second in (1, 10, 100):
        np.save(f"axes{axes}-{second}.npy", np.zeros((1, second) + (1,) * (axes - 2), "<f4"))
