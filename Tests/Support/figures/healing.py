"""Two tiers that lost different objects, and get them back from each other."""

from . import operations
from .sample import TREE
from .trees import remove

KINDS = ("packs", "manifests")
BIT = 0x10


class Heal(operations.Operation):
    """Of the origin one pack and one root are damaged and another root is gone; of the cache another pack is damaged."""

    catalogs = ("directory",)
    done_exits = (0, 3)

    def snapctl(self, folder):
        return self.context.snapctl(folder / "store", folder / "cache", timeout=60)

    def prepare(self, base, catalog):
        snapctl = super().prepare(base, catalog)
        snapctl = self.snapctl(base)
        for number in (1, 2):
            remove(base / "live")
            snapctl.ok("create", TREE, self.tree(base / "live", number), "--expect", number - 1)
            snapctl.ok("warm", f"{TREE}@{number}")
        remove(base / "live")
        self.right = {tier: objects(base / tier) for tier in ("store", "cache")}
        packs, roots = ([key for key in self.right["store"] if key.startswith(kind)] for kind in KINDS)
        self.damaged = {"store": {}, "cache": {}}
        for tier, key in (("store", packs[0]), ("store", roots[0]), ("cache", packs[1])):
            self.damaged[tier][key] = flipped(base / tier / key)
        remove(base / "store" / roots[1])

    def command(self, folder):
        return "verify", "--tier", "all", "--heal"

    def verified(self, folder):
        """Damage is what it starts from; whatever else may not be."""
        run = self.snapctl(folder).run("verify", "--tier", "all")
        if run.exit not in (0, 4):
            yield run.told()

    def between(self, folder):
        """Every object is right, as damaged as it was, or not there; and no damaged byte is lost, nor lacks its reason."""
        for tier, right in self.right.items():
            found, damaged = objects(folder / tier), self.damaged[tier]
            for key, body in found.items():
                if body not in (right.get(key), damaged.get(key)):
                    yield f"{tier}/{key} has bytes that it never had"
            aside = set_aside(folder / tier)
            for key, body in damaged.items():
                kept = [name for name, other in aside.items() if other == body]
                if found.get(key) != body and not kept:
                    yield f"the damaged bytes of {tier}/{key} are lost"
                if any(f"{name}.txt" not in aside for name in kept):
                    yield f"{tier}/{key} is aside without its reason"

    def repeated(self, folder, again):
        if again.exit not in self.done_exits:
            yield f"the second run: {again.told()}"

    def after(self, folder):
        if objects(folder / "store") != self.right["store"]:
            yield "the origin has not all of its objects back"
        # What a cache lacks after a kill is no damage: whoever reads it puts it there.
        if not objects(folder / "cache").items() <= self.right["cache"].items():
            yield "the cache has objects that are not right"
        for tier in self.right:
            kept = set_aside(folder / tier).values()
            yield from (f"the damaged bytes of {tier}/{key} are lost"
                        for key, body in self.damaged[tier].items() if body not in kept)
        run = self.snapctl(folder).run("verify", "--tier", "all")
        if run.exit != 0:
            yield run.told()

    def is_done(self, folder):
        return all(objects(folder / tier) == right for tier, right in self.right.items())


def objects(root):
    """key -> bytes of what both tiers keep."""
    paths = sorted(path for kind in KINDS for path in (root / kind).rglob("*") if path.is_file())
    return {str(path.relative_to(root)): path.read_bytes() for path in paths}


def set_aside(root):
    folder = root / "quarantine"
    return {path.name: path.read_bytes() for path in folder.iterdir()} if folder.exists() else {}


def flipped(path):
    """Flips one bit in the middle of a file; gives what it holds then."""
    body = bytearray(path.read_bytes())
    body[len(body) // 2] ^= BIT
    path.chmod(0o644)
    path.write_bytes(body)
    path.chmod(0o444)
    return bytes(body)
