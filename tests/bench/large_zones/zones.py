"""The zones that are signed: made from a seed, the same on every machine."""

import random

ORIGIN = "example."
LETTERS = "abcdefghijklmnopqrstuvwxyz"
DIGITS = "0123456789"
CHANGED_PER = 1000  # one name in so many changes: 0.1 %

APEX = """$TTL 86400
example. 3600 IN SOA ns1.example. host.example. {serial} 7200 3600 1209600 3600
example. 86400 IN NS ns1.example.
example. 86400 IN NS ns2.example.
ns1.example. 86400 IN A 192.0.2.1
ns2.example. 86400 IN A 192.0.2.2
"""


def base36(number, width):
    digits = ""
    for _ in range(width):
        number, digit = divmod(number, 36)
        digits = (DIGITS + LETTERS)[digit] + digits
    return digits


def labels(count, seed=5):
    """Distinct labels of 5 to 14 octets, in no order. Their tails, which number them in a scattered
    way, make them distinct; so no set of millions has to be kept."""
    rng = random.Random(seed)
    width = 4 if count < 36**4 // 2 else 5
    for i in range(count):
        head = rng.choice(LETTERS)
        head += "".join(rng.choices(LETTERS + DIGITS, k=rng.randint(0, 13 - width)))
        # 65537 has no factor in common with 36, so the tails do not repeat.
        yield head + base36(i * 65537 % 36**width, width)


def delegation(label, rng):
    """Two name servers elsewhere; DS for 30 % of the names, a name server with glue for 15 %."""
    name = f"{label}.{ORIGIN}"
    lines = [f"{name} 86400 IN NS ns{n}.host{rng.randint(0, 999)}.net." for n in (1, 2)]
    kind = rng.random()
    if kind < 0.3:
        digest = f"{rng.getrandbits(256):064X}"
        lines.append(f"{name} 86400 IN DS {rng.randint(1, 65535)} 13 2 {digest}")
    if kind > 0.85:
        lines.append(f"ns1.{name} 86400 IN A 192.0.2.{rng.randint(1, 254)}")
        lines.append(f"{name} 86400 IN NS ns1.{name}")
    return lines


def hosting(label, rng):
    """A host with its mail; one name in ten is an alias."""
    name = f"{label}.{ORIGIN}"
    if rng.random() < 0.1:
        return [f"{name} 3600 IN CNAME ns1.{ORIGIN}"]
    return [
        f"{name} 3600 IN A 198.51.{rng.randint(0, 255)}.{rng.randint(1, 254)}",
        f"{name} 3600 IN AAAA 2001:db8::{rng.randint(1, 65535):x}:{rng.randint(1, 65535):x}",
        f"{name} 3600 IN MX 10 mail{rng.randint(0, 99)}.host{rng.randint(0, 999)}.net.",
        f'{name} 3600 IN TXT "v=spf1 include:host{rng.randint(0, 999)}.net -all"',
    ]


KINDS = {"delegations": delegation, "hosting": hosting}


def names(kind, count):
    rng = random.Random(7)
    for label in labels(count):
        yield KINDS[kind](label, rng)


def with_changes(kind, unchanged):
    """One name in a thousand (at least one) gets other data, is gone, or has a new neighbour."""
    rng = random.Random(11)
    for i, lines in enumerate(unchanged):
        if i % CHANGED_PER != CHANGED_PER // 2:
            yield lines
            continue
        label = lines[0].split(".", 1)[0]
        what = i // CHANGED_PER % 4
        if what < 2:
            yield KINDS[kind](label, rng)
        elif what == 3:
            yield lines
            yield KINDS[kind](f"new-{label}", rng)


def write(path, serial, groups, comment=""):
    with open(path, "w", encoding="ascii") as file:
        file.write(comment + APEX.format(serial=serial))
        for lines in groups:
            file.write("\n".join(lines) + "\n")


def make(path, kind, count):
    write(path, 2026010101, names(kind, count))


def make_changed(path, kind, count):
    write(path, 2026010102, with_changes(kind, names(kind, count)))


def make_commented(path, original):
    """The same records in other octets."""
    with open(original, encoding="ascii") as source, open(path, "w", encoding="ascii") as file:
        file.write("; as exported today\n")
        for block in iter(lambda: source.read(1 << 20), ""):
            file.write(block)
