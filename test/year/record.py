"""What a year's boots were, in lines that test/unit/test_year.c reads again without archive, TPM and files:

    event PCR TYPE SHA256 BASE PIECE...    an event; its data are pieces, in hex or as OFFSET+SIZE of what event BASE holds
    part KIND SHA256                       a part of a boot that files, packages or variables of the disk explain somewhere
    boot CODES WHAT                        ok for an update; for an attack the codes of which one must be the verdict's
    measured EVENT... (or FIRST-LAST)      what the TPM measured
    shown EVENT...                         what the log says, if that is something else
    explained PART...                      what the disk explained in this boot

Events and parts are counted from 0 each.
"""
import pathlib

FILE = pathlib.Path(__file__).resolve().parent / "boots.txt"
FOUND_ON_DISK = ("package", "pending", "file")
SEED = 8  # bytes that are looked for
LATEST = 64  # events that are tried as base


def longest(most, is_same):
    """The largest length up to `most` for which is_same holds, if it does for all shorter ones."""
    least = 0
    while least < most:
        middle = (least + most + 1) // 2
        least, most = (middle, most) if is_same(middle) else (least, middle - 1)
    return least


def pieces_of(data, base):
    """[(offset, size) in base, or bytes]"""
    pieces, at, plain = [], 0, 0
    while at < len(data):
        offset = base.find(data[at:at + SEED]) if at + SEED <= len(data) else -1
        if offset < 0:
            at += 1
            continue
        if plain < at:
            pieces.append(data[plain:at])
        size = longest(min(len(data) - at, len(base) - offset), lambda size: data[at:at + size] == base[offset:offset + size])
        pieces.append((offset, size))
        at = plain = at + size
    return pieces + ([data[plain:]] if plain < len(data) else [])


def text_of(pieces):
    return " ".join(piece.hex() if isinstance(piece, bytes) else f"{piece[0]}+{piece[1]}" for piece in pieces)


def ranges(numbers):
    runs = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return " ".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)


class Record:
    def __init__(self):
        self.events, self.parts, self.lines = {}, {}, []
        self.data = {}  # by PCR and type: numbers of events, their data

    def event(self, event):
        key = (event.pcr, event.kind, event.digests[0x000B], event.data)
        if key not in self.events:
            self.events[key] = len(self.events)
            alike = self.data.setdefault(key[:2], [])
            texts = [(base, text_of(pieces_of(event.data, data))) for base, data in alike[-LATEST:]] or [(0, event.data.hex())]
            base, text = min(texts, key=lambda found: len(found[1]))
            alike.append((self.events[key], event.data))
            self.lines.append(f"event {event.pcr} {event.kind} {event.digests[0x000B].hex()} {base} {text}".rstrip())
        return self.events[key]

    def part(self, kind, sha256):
        if (kind, sha256) not in self.parts:
            self.parts[kind, sha256] = len(self.parts)
            self.lines.append(f"part {kind} {sha256}")
        return self.parts[kind, sha256]

    def boot(self, what, codes, measured, shown, differences):
        sides = [(difference["after"] or difference["before"], difference["explainedBy"]) for difference in differences]
        lists = {"measured": [self.event(event) for event in measured], "shown": [self.event(event) for event in shown],
                 "explained": sorted(self.part(side["kind"], side["sha256"]) for side, how in sides if how in FOUND_ON_DISK)}
        if lists["shown"] == lists["measured"]:
            del lists["shown"]
        self.lines.append(f"boot {','.join(codes) or 'ok'} {what}")
        self.lines += [f"{name} {ranges(numbers)}" for name, numbers in lists.items() if numbers]

    def save(self, path):
        path.write_text("".join(line + "\n" for line in self.lines))
