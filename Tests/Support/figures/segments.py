"""The records of a synced collection, read from its segments by formats/segment.md, as arrays."""

import struct


def read(numpy, folder):
    """ids and vectors of all rows with a vector, of all segments; none of them may lie over another."""
    ids, vectors = [], []
    for path in sorted((folder / "segments").iterdir()):
        data = numpy.memmap(path, dtype=numpy.uint8, mode="r")
        dimension, = struct.unpack_from("<I", data, 104)
        rows, count, start, footer = struct.unpack_from("<IIQQ", data, 136)
        names_at, _ = struct.unpack_from("<QQ", data, footer + 8)
        rows_at, _ = struct.unpack_from("<QQ", data, footer + 8 + 24)
        offsets = data[names_at:names_at + 4 * (rows + 1)].view("<u4")
        names = data[names_at + 4 * (rows + 1):].data
        flags = data[rows_at:rows_at + 24 * rows].reshape(rows, 24)[:, 10]
        ids += [bytes(names[offsets[row]:offsets[row + 1]]).decode() for row in numpy.flatnonzero(flags & 2)]
        vectors.append(data[start:start + 4 * dimension * count].view("<f4").reshape(count, dimension))
    return ids, vectors
