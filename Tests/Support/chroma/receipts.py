"""Seeded receipt-OCR words: what a labelling pipeline keeps per word, without any data file.

The same seed gives the same words on every machine. Words come receipt by receipt, line by line, so that a range of
them is what one run of the pipeline would add, relabel or delete. A vector depends on the seed, the word and its id
alone, never on what was made before it.
"""

import dataclasses
import hashlib
import itertools
import random
import uuid

import numpy

NAMES = (
    "Alder", "Birch", "Copper Pot", "Dockside", "Eastgate", "Fern & Co", "Granary", "Hillcrest", "Juniper", "Lantern",
)
TRADES = ("Bakery", "Bistro", "Books", "Chemist", "Coffee", "Grocery", "Hardware", "Kitchen", "Market", "Stationers")
ROADS = ("Anchor", "Bridge", "Chapel", "Dean", "Ferry", "Garden", "Mill", "Orchard", "Quay", "Station")
GOODS = (
    "almond apple apron bacon basil batteries beans bread brie broom butter cable candle carrots cereal cheddar cherry"
    " chicken cider cocoa coffee crackers cumin dates espresso fennel figs flour ginger granola ham hinge honey icing"
    " jam kale ladle leek lentils mango marker milk mint mustard notebook oats olives onion oregano pasta peach pears"
    " pepper pesto plum quinoa radish rice rope saffron salmon sieve soap spinach sponge stamps sugar tape tea thyme"
    " tofu tomato tuna turmeric twine vanilla walnuts yogurt"
).upper().split()
TENDERS = ("CASH", "CREDIT", "DEBIT", "GIFTCARD")
STATUSES = ("validated", "auto_suggested", "unvalidated")
SPREAD = 0.35  # how far two occurrences of one word lie apart, in units of its own length


@dataclasses.dataclass(frozen=True)
class Word:
    id: str
    text: str
    label: str
    metadata: dict

    def vector(self, dimension, seed, context=False):
        """A unit vector near every other occurrence of the same text; of the same context, the same."""
        centre = _direction(dimension, seed, self.text)
        sum_ = centre + SPREAD * _direction(dimension, seed, self.context if context else self.id)
        return (sum_ / numpy.sqrt((sum_ * sum_).sum())).astype(numpy.float32)

    @property
    def context(self):
        """What a model is given: the word, those beside it, whose receipt it is, and whereabouts on the page."""
        place = self.metadata
        row, column = (int(3 * min(place[axis], 0.99)) for axis in ("y", "x"))
        return f"{place['left']} {self.text} {place['right']} {row} {column} {place['merchant_name']}"


def words(seed, first, end):
    """Words number `first` up to but not including `end` of the endless sequence that `seed` names."""
    return list(itertools.islice(_sequence(random.Random(seed)), first, end))


def relabelled(word, day):
    """The metadata change a reviewer causes: the label is settled, the guess's confidence (None) goes away."""
    return {
        "label_status": "validated",
        "label_validated_at": f"2026-01-{day:02d}T10:11:12Z",
        "label_confidence": None,
        "valid_labels_array": [word.label],
    }


def _direction(dimension, *names):
    digest = hashlib.blake2b("\0".join(map(str, names)).encode(), digest_size=16).digest()
    values = numpy.random.default_rng(int.from_bytes(digest, "little")).standard_normal(dimension)
    return values / numpy.sqrt((values * values).sum())


def _sequence(chance):
    while True:
        yield from _receipt(chance)


def _receipt(chance):
    image = str(uuid.UUID(int=chance.getrandbits(128), version=4))
    merchant = f"{chance.choice(NAMES)} {chance.choice(TRADES)}"
    top = 0.97
    for number, line in enumerate(_lines(chance, merchant), 1):
        yield from _line(chance, image, merchant, number, line, top)
        top -= 0.031 + chance.random() * 0.004


def _line(chance, image, merchant, number, line, top):
    left = 0.04 + chance.random() * 0.08
    texts = ["<EDGE>", *(text for text, _ in line), "<EDGE>"]
    for index, (text, label) in enumerate(line, 1):
        width = 0.0155 * len(text) + chance.random() * 0.003
        place = {
            "image_id": image, "receipt_id": 1, "line_id": number, "word_id": index, "text": text,
            "x": round(left, 6), "y": round(top, 6),
            "width": round(width, 6), "height": round(0.014 + chance.random() * 0.004, 6),
            "confidence": round(1 - chance.random() ** 3 * 0.5, 6),
            "left": texts[index - 1], "right": texts[index + 1],
            "merchant_name": merchant, "source": "openai_embedding_batch",
        }
        id_ = f"IMAGE#{image}#RECEIPT#00001#LINE#{number:05d}#WORD#{index:05d}"
        yield Word(id_, text, label, place | _labels(chance, label))
        left += width + 0.018


def _labels(chance, label):
    status = chance.choice(STATUSES)
    if status == "validated":
        return {"label_status": status, "label_validated_at": "2025-11-03T08:00:00Z", "valid_labels_array": [label]}
    if status == "auto_suggested":
        return {"label_status": status, "label_confidence": round(chance.random(), 4), "label_proposed_by": "matcher"}
    return {"label_status": status}


def _lines(chance, merchant):
    """The lines of one receipt, each a list of (text, label)."""
    def price():
        return f"{chance.randint(0, 49)}.{chance.randint(0, 99):02d}"

    yield [(part, "MERCHANT_NAME") for part in merchant.upper().split()]
    yield [(part, "ADDRESS_LINE") for part in (str(chance.randint(1, 980)), chance.choice(ROADS), "Road")]
    yield [(f"555-{chance.randint(0, 9999):04d}", "PHONE_NUMBER")]
    yield [(f"2025-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}", "DATE"),
           (f"{chance.randint(7, 21):02d}:{chance.randint(0, 59):02d}", "TIME")]
    for _ in range(chance.randint(3, 8)):
        goods = chance.sample(GOODS, chance.randint(1, 2))
        yield [*((part, "PRODUCT_NAME") for part in goods), (price(), "LINE_TOTAL")]
    for name in ("SUBTOTAL", "TAX", "TOTAL"):
        yield [(name, name), (price(), name)]
    yield [(chance.choice(TENDERS), "PAYMENT_METHOD"), (f"****{chance.randint(0, 9999):04d}", "PAYMENT_METHOD")]
