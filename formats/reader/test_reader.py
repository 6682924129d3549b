"""Tests of the reader: on a small store of its own, and on the store at SNAPREAD_STORE when that is set."""

import contextlib
import io
import json
import os
import shutil
import stat
import struct
import tempfile
import unittest
import unittest.mock
from pathlib import Path

import mintrees
import minvectors
import snapread
from snap.copy import Copy
from snap.errors import Refused
from snap.files import DIRECTORY
from snap.patterns import Part
from minstore import NAMES, crc, head, sealed, text, write

GOLDEN = Path(__file__).resolve().parent.parent / "golden" / "v1"


def run(*arguments):
    """Exit code and JSON lines of the command."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        code = snapread.main([str(a) for a in arguments])
    return code, [json.loads(line) for line in out.getvalue().splitlines()]


def make_store(target):
    """One tree collection, whose version 1 stands in a versions object, and one vectors collection."""
    first, refs = mintrees.first(target)
    second, vectors = mintrees.second(target, refs), minvectors.version(target)
    path = f"versions/{NAMES['older']}"
    older = sealed(path, 5, {1: text("all/trees") + struct.pack("<H", 1) + first})
    named = struct.pack("<QQ16sI", 1, 1, bytes.fromhex(NAMES["older"]), len(older)) + older[-34:-2]
    known = [text("all/trees") + b"\1", text("vec") + b"\2"]
    lines = [struct.pack("<H", n) + b"".join(known[:n]) for n in (1, 2)]
    heads = [head("@store", 1, 0, 3, 1, more={9: lines[0]}), head("@store", 2, 0, 3, 1, more={9: lines[1]}),
             head("all/trees", 1, 0, 1, 2), head("all/trees", 2, 1, 1, 3, [first]),
             head("all/trees", 3, 2, 1, 3, [second], [named]), head("vec", 1, 0, 2, 2), head("vec", 2, 1, 2, 4, [vectors])]
    identity = bytes.fromhex(NAMES["store"]) + b"\1\2" + struct.pack("<q", 5)
    intent = text("all/trees") + struct.pack("<8sBQQqIQ", bytes(8), 3, 1, 0, 5, 60, 0) + text("test")
    notice = "intents/all+trees/" + "0" * 16
    lease = text("vec") + struct.pack("<Q16sBqqIQ", 3, bytes(16), 2, 5, 6, 10_000, 1) + text("test")
    claim = "leases/vec/" + "3".zfill(20)
    single = {path: older, "store": sealed("store", 1, {1: identity}), notice: sealed(notice, 6, {1: intent}),
              claim: sealed(claim, 10, {1: lease, 2: struct.pack("<4Q", 1, 0, 7, 8)})}
    write(target, {**single, **dict(heads)})
    return Path(target)


def largest_pack(golden, folder):
    """A copy of a committed store, its largest pack, and the bytes of that."""
    store = Path(shutil.copytree(GOLDEN / golden, Path(folder) / "store"))
    pack = max(store.glob("packs/*/*"), key=lambda path: path.stat().st_size)
    return store, pack, bytearray(pack.read_bytes())


class GoldenTest(unittest.TestCase):
    """The committed stores: packs whose digest is one of pieces, and packs without."""

    def test_sound(self):
        for store in sorted(path.parent for path in GOLDEN.glob("*/store")):
            with self.subTest(store.name):
                code, lines = run(store, "verify")
                self.assertEqual((code, lines[:-1]), (0, []))

    def test_records(self):
        wanted = [json.loads(line) for line in (GOLDEN / "records.jsonl").read_text().splitlines()]
        for name in ("typed@1", "typed@2", "typed", "plain"):
            with self.subTest(name):
                code, lines = run(GOLDEN / "records", "records", name)
                self.assertEqual((code, [{"version": name, **line} for line in lines]),
                                 (0, [one for one in wanted if one["version"] == name]))

    def test_a_copy_of_a_part(self):
        copy = Copy(GOLDEN / "copies" / "part")
        paths = ["a", "a-b", "a-b/x", "a/deep", "a/deep/meta.json", "a/numbers", "meta.json", "other", "other/c d.json"]
        self.assertEqual([entry.text() for entry in copy.entries()], paths)
        self.assertEqual(copy.state.patterns, ["*.json", "/a/", "!deep", "[!b-z]-?/**"])
        code, lines = run(GOLDEN / "copies" / "part", "copy")
        self.assertEqual((code, [line["object"] for line in lines[:-1]]), (4, paths))

    def test_a_part_that_its_patterns_do_not_give(self):
        copy = Copy(GOLDEN / "copies" / "part")
        copy.state.patterns = copy.state.patterns[:3]
        with self.assertRaisesRegex(Refused, "another part"):
            copy.entries()

    def test_patterns(self):
        """Those of copy-state.md section 6, in the order of path, where a name may come between a directory and what is in it."""
        paths = [(b"a", DIRECTORY), (b"a-b", DIRECTORY), (b"a-b/x", 1), (b"a/y", 1), (b"b", 1), (b"c[", 1)]
        entries = [unittest.mock.Mock(path=path, type=kind) for path, kind in paths]
        for patterns, wanted in [(["y"], [b"a", b"a/y"]), (["a/"], [b"a", b"a/y"]), (["a*"], [b"a", b"a-b", b"a-b/x", b"a/y"]),
                                 (["/*", "!b"], [b"a", b"a-b", b"a-b/x", b"a/y", b"c["]), (["b/"], []), (["[", "c[", "\\"], []),
                                 (["**/x"], [b"a-b", b"a-b/x"]), (["[[:alpha:]]/[!y]", "c\\["], [b"c["])]:
            with self.subTest(patterns):
                self.assertEqual([entry.path for entry in Part(patterns).of(entries, DIRECTORY)], wanted)

    def test_schema(self):
        code, lines = run(GOLDEN / "schema", "list")
        told = {line["collection"]: line["dimension"] for line in lines if "kind" in line}
        self.assertEqual((code, told), (0, {"told": 3, "clocked": 2}))

    def test_runs(self):
        code, lines = run(GOLDEN / "runs", "runs", "sums")
        found = [(line["run"], line["expected"], line["applied"], line["superseded"]) for line in lines]
        self.assertEqual((code, found), (0, [("first", 4, 3, 1), ("second", 4, 3, 1), ("third", 4, 2, 0)]))
        clocks = {line["greatestClock"] for line in run(GOLDEN / "schema", "runs", "clocked@2")[1]}
        self.assertEqual(len(clocks), 1)
        self.assertGreater(clocks.pop(), 1 << 56)

    def test_a_copy_with_a_pin(self):
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(shutil.copytree(GOLDEN / "copies" / "pinned", Path(folder) / "copy"))
            for segment in (copy / "segments").iterdir():
                segment.chmod(0o444)  # a repository does not keep that
            code, lines = run(copy, "copy")
            self.assertEqual((code, lines[-1]["collection"], lines[-1]["version"], lines[-1]["pin"]), (0, "clocked", 2, True))
            (copy / ".snapctl" / "pin").unlink()
            self.assertIs(run(copy, "copy")[1][-1]["pin"], False)
            (copy / ".snapctl" / "pin").write_bytes(b"x")
            self.assertEqual(run(copy, "copy")[0], 4)

    def test_a_wrong_digest(self):
        for golden in "pieces", "heads":
            with self.subTest(golden), tempfile.TemporaryDirectory() as folder:
                store, pack, data = largest_pack(golden, folder)
                data[-40] ^= 1
                data[-12:-8] = crc(bytes(data[-64:-12]))
                pack.write_bytes(data)
                code, lines = run(store, "verify")
                self.assertEqual(code, 4)
                self.assertIn("digest", json.dumps(lines))

    def test_a_damaged_pack_whose_digest_is_one_of_heads(self):
        def stored(data):
            data[500] ^= 1

        def two_kinds(data):
            data[12] = 3
            data[92:96] = crc(bytes(data[:92]))

        for damage, told in (stored, "stored bytes"), (two_kinds, "two kinds"):
            with self.subTest(told), tempfile.TemporaryDirectory() as folder:
                store, pack, data = largest_pack("heads", folder)
                damage(data)
                pack.write_bytes(data)
                code, lines = run(store, "verify")
                self.assertEqual(code, 4)
                self.assertIn(told, json.dumps(lines))


class StoreTest(unittest.TestCase):
    """The commands on the small store."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.store = make_store(Path(self.folder.name) / "store")

    def test_sound(self):
        code, lines = run(self.store, "verify")
        self.assertEqual((code, lines[:-1]), (0, []))

    def test_list(self):
        code, lines = run(self.store, "list")
        self.assertEqual(code, 0)
        self.assertEqual([(x["collection"], x.get("version")) for x in lines],
                         [("all/trees", None), ("all/trees", 1), ("all/trees", 2), ("vec", None), ("vec", 1)])

    def test_extract(self):
        for version, files in enumerate(mintrees.TREES, 1):
            target = Path(self.folder.name) / f"out{version}"
            self.assertEqual(run(self.store, "extract", f"all/trees@{version}", target)[0], 0)
            found = {str(p.relative_to(target)): p.read_bytes() for p in target.rglob("*") if p.is_file() and not p.is_symlink()}
            self.assertEqual(found, files)
            self.assertTrue((target / "to").is_symlink())
            self.assertEqual(stat.S_IMODE((target / "sub").stat().st_mode), (0o755, 0o555)[version - 1])
            self.assertEqual(run(self.store, "extract", "all/trees", target)[0], 4)
            (target / "sub").chmod(0o755)

    def test_records(self):
        self.assertEqual(run(self.store, "records", "vec@1"), (0, minvectors.EXPECTED))
        self.assertEqual(run(self.store, "records", "vec"), (0, minvectors.PENDING))

    def test_deltas(self):
        code, lines = run(self.store, "deltas", "vec")
        self.assertEqual((code, [(x["sequence"], x["operations"]) for x in lines]), (0, [(1, 1), (2, 4)]))

    def test_leases(self):
        code, lines = run(self.store, "leases", "vec")
        told = [(x["token"], x["state"], x["owner"], x["heldMilliseconds"], x["headToken"]) for x in lines]
        self.assertEqual((code, told), (0, [(3, "released", "test", 8, 0)]))

    def test_owners(self):
        code, lines = run(self.store, "owners", "all/trees@1")
        numbers = [(x["uid"], x["gid"]) for x in lines]
        self.assertEqual((code, numbers), (0, [(0, 0)] * 2 + [(1000, 100)] + [(0, 100)] * 3))
        self.assertEqual([x["path"] for x in lines], sorted(x["path"] for x in lines))
        self.assertEqual(run(self.store, "owners", "all/trees@2"), (0, []))

    def test_wrong_owners(self):
        wrong = {"few": [(5, 0, 0)], "many": [(7, 0, 0)], "none": [(0, 1, 1), (6, 0, 0)], "same": [(3, 0, 0), (3, 0, 0)],
                 "nobody": [(6, 0, 0xFFFFFFFF)]}
        for name, owners in wrong.items():
            with self.subTest(name), unittest.mock.patch.object(mintrees, "OWNERS", owners):
                store = make_store(Path(self.folder.name) / name)
                code, lines = run(store, "verify")
                self.assertEqual(code, 4)
                self.assertIn(NAMES["root1"], lines[0]["object"])
                self.assertEqual(run(store, "owners", "all/trees@1")[0], 4)

    def test_missing_objects(self):
        for path in (f"manifests/{NAMES['root1']}", f"versions/{NAMES['older']}", "heads/vec/" + "1".zfill(20)):
            with self.subTest(path):
                kept = (self.store / path).read_bytes()
                (self.store / path).unlink()
                self.assertEqual(run(self.store, "verify")[0], 4)
                (self.store / path).write_bytes(kept)

    def test_renamed_object(self):
        a, b = (self.store / f"manifests/{NAMES[n]}" for n in ("root1", "root2"))
        b.write_bytes(a.read_bytes())
        self.assertEqual(run(self.store, "verify")[0], 4)

    def test_every_object_flipped(self):
        step = int(os.environ.get("SNAPREAD_STEP", "40099"))
        for path in objects(self.store):
            count = (self.store / path).stat().st_size
            for at in sorted({0, 20, 92, 130, count - 1, count - 40, *range(150, count, step)}):
                code, lines = flipped(self.store, path, at)
                self.assertEqual(code, 4, f"{path} at {at}")
                self.assertTrue(any(str(path) in x.get("object", "") for x in lines), (path, at, lines))


def objects(store):
    """Paths of all objects of a store."""
    found = (p.relative_to(store) for p in store.rglob("*") if p.is_file())
    return sorted(p for p in found if p.parts[0] not in ("tmp", "catalog", "leases", "gc", "moved", "quarantine"))


def flipped(store, path, at):
    """What `verify` says while one bit of an object is wrong."""
    data = (store / path).read_bytes()
    (store / path).write_bytes(data[:at] + bytes([data[at] ^ 1 << at % 8]) + data[at + 1:])
    try:
        return run(store, "verify")
    finally:
        (store / path).write_bytes(data)


class GivenStoreTest(unittest.TestCase):
    """The store at SNAPREAD_STORE."""

    def setUp(self):
        given = os.environ.get("SNAPREAD_STORE")
        if not given:
            self.skipTest("SNAPREAD_STORE is not set")
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.store = Path(self.folder.name) / "store"
        shutil.copytree(given, self.store)

    def test_sound(self):
        code, lines = run(self.store, "verify")
        self.assertEqual((code, lines[:-1]), (0, []))

    def test_one_of_each_kind_flipped(self):
        """The last object of each top-level directory, a bit in its middle and its last one."""
        for path in {path.parts[0]: path for path in objects(self.store)}.values():
            count = (self.store / path).stat().st_size
            for at in (count // 2, count - 1):
                with self.subTest(f"{path} at {at}"):
                    self.assertEqual(flipped(self.store, path, at)[0], 4)


    def test_originals(self):
        """Every version N of SNAPREAD_COLLECTION is the directory SNAPREAD_ORIGINALS/vN, byte by byte."""
        originals, name = os.environ.get("SNAPREAD_ORIGINALS"), os.environ.get("SNAPREAD_COLLECTION", "words")
        if not originals:
            self.skipTest("SNAPREAD_ORIGINALS is not set")
        versions = sorted(Path(originals).glob("v*"))
        for original in versions:
            target = Path(self.folder.name) / original.name
            self.assertEqual(run(self.store, "extract", f"{name}@{original.name[1:]}", target)[0], 0)
            self.assertEqual(tree(target), tree(original))


def tree(folder):
    """Every path with its mode and its bytes, link target or None."""
    found = {}
    for path in Path(folder).rglob("*"):
        what = os.readlink(path) if path.is_symlink() else path.read_bytes() if path.is_file() else None
        found[str(path.relative_to(folder))] = stat.S_IMODE(path.lstat().st_mode), what
    return found


if __name__ == "__main__":
    unittest.main()
