"""Tests of primitives and rules."""

import unittest

from snap.crc import crc32c
from snap.cursor import Cursor, varint
from snap.errors import Refused
from snap.files import check_path
from snap.merge import Record, Row, join
from snap.patch import apply_sparse


class PartsTest(unittest.TestCase):
    """Primitives and rules."""

    def test_crc(self):
        self.assertEqual(crc32c(b"123456789"), 0xE3069283)
        data = bytes(range(256)) * 1100
        slow = 0xFFFFFFFF
        for byte in data:
            slow ^= byte
            for _ in range(8):
                slow = slow >> 1 ^ (0x82F63B78 if slow & 1 else 0)
        self.assertEqual(crc32c(data), slow ^ 0xFFFFFFFF)

    def test_varint(self):
        for value in (0, 127, 128, 2 ** 32 - 1):
            self.assertEqual(Cursor(varint(value), "t").varint(), value)
        for bad in (b"\x80\x00", b"\xff\xff\xff\xff\x10", b"\x80" * 5 + b"\x01", b"\x80"):
            with self.assertRaises(Refused):
                Cursor(bad, "t").varint()

    def test_paths(self):
        for bad in (b"", b"/a", b"a/", b"a//b", b".", b"a/../b", b"..", b".snapctl", b".snapctl/x", b"a\0", b"x" * 256):
            with self.assertRaises(Refused):
                check_path(bad, "t")
        check_path(b"a/.snapctl/..b", "t")

    def test_sparse(self):
        self.assertEqual(apply_sparse(varint(1) + varint(3) + varint(2) + varint(3) + b"XYZ", b"abcdefgh", 8, "t"), b"abXYZfgh")
        self.assertEqual(apply_sparse(varint(1) + varint(2) + varint(2) + varint(2) + b"XY", b"ab", 4, "t"), b"abXY")
        self.assertEqual(apply_sparse(b"\0\0", b"abc", 2, "t"), b"ab")
        for bad in (b"\0\0x", varint(1) + varint(1) + varint(2) + varint(1) + b"X", b"\1\0\0\0"):
            with self.assertRaises(Refused):
                apply_sparse(bad, b"ab", 4, "t")

    def test_join(self):
        record = Record(b"", None, b"\0")
        rows = [Row(((5, b"a"), record)), Row(((5, b"a"), None)), Row(None, {b"k": ((5, b"a"), b"\5")}),
                Row(None, {b"k": ((6, b"a"), b"\5"), b"l": ((4, b"z"), b"\4")}), Row(None, {b"k": ((6, b"a"), b"\0")})]
        for a in rows:
            self.assertEqual(join(a, a), a)
            for b in rows:
                self.assertEqual(join(a, b), join(b, a))
                for c in rows:
                    self.assertEqual(join(join(a, b), c), join(a, join(b, c)))


if __name__ == "__main__":
    unittest.main()
