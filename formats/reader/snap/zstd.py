"""One zstd frame with its content size and a window of at most 8 MiB (pack.md section 2, patch.md section 2)."""

import zstandard

from .errors import Refused, require

WINDOW = 8 << 20


def decode(data, count, where, prefix=None):
    """The `count` bytes that a frame decodes to; never more."""
    data = bytes(data)
    try:
        parameters = zstandard.get_frame_parameters(data)
        require(data[:4] == b"\x28\xb5\x2f\xfd", where, "is no zstd frame")
        require(parameters.content_size == count, where, "its zstd frame has another content size, or none")
        require(parameters.window_size <= WINDOW and not parameters.dict_id, where, "its zstd frame is above the limits")
        decoder = _decoder(prefix).decompressobj()
        out = decoder.decompress(data)
    except zstandard.ZstdError as error:
        raise Refused(where, f"its zstd frame does not decode: {error}") from None
    require(decoder.eof and not decoder.unused_data, where, "its zstd frame does not end where it must")
    require(len(out) == count, where, "its zstd frame decodes to another length")
    return out


def _decoder(prefix):
    if prefix is None:
        return zstandard.ZstdDecompressor(max_window_size=WINDOW)
    raw = zstandard.ZstdCompressionDict(bytes(prefix), dict_type=zstandard.DICT_TYPE_RAWCONTENT)
    return zstandard.ZstdDecompressor(dict_data=raw, max_window_size=WINDOW)
