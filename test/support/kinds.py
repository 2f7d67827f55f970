"""How many variations of each kind of situation (test/README.md) a test has judged: good ones, and attacks that look like them. test/run adds
up what the tests print."""
import collections

good, attacks = collections.Counter(), collections.Counter()


def judged(kind, is_good):
    (good if is_good else attacks)[kind] += 1


def show():
    for kind in sorted(good.keys() | attacks.keys()):
        print(f"kind {kind}: {good[kind]} good, {attacks[kind]} attacks", flush=True)
