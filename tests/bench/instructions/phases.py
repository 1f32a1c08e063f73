"""Which phase of signing a function belongs to."""

from collections import defaultdict

CRYPTOGRAPHY = "cryptography"  # varies: ECDSA and keys are random
START = "program start"
REST = "the rest"
NOT_COMPARED = (CRYPTOGRAPHY, START)

# The first that a function's file or library contains.
PLACES = [
    ("libcrypto", CRYPTOGRAPHY),
    ("libbotan", CRYPTOGRAPHY),
    ("libhogweed", CRYPTOGRAPHY),
    ("libnettle", CRYPTOGRAPHY),
    ("libgmp", CRYPTOGRAPHY),
    ("ld-linux", START),
    ("signer/zonefile/writer", "writing"),
    ("signer/zonefile/rdata_text", "writing"),
    ("signer/zonefile/", "reading"),
    ("libzscanner", "reading"),
    ("signer/core/verif", "verifying"),
    ("common/keys/verifying", "verifying"),
    ("common/keys/p256_table", "verifying"),
    ("signer/gate", "verifying"),
    ("signer/core/denial", "denial"),
    ("signer/core/cuts", "denial"),
    ("signer/core/rrsig", "signing"),
    ("signer/core/reuse", "signing"),
    ("signer/signing", "signing"),
    ("signer/stretch_signer", "signing"),
    ("common/keys/", "signing"),
    ("signer/", "other work on the zone"),
]
ROUNDS = 60  # more than calls are nested in what belongs to no phase


def phase_of(function):
    """None for what serves every phase: the C++ and C libraries, libknot, values."""
    for part, phase in PLACES:
        if part in function.file or part in function.binary:
            return phase
    return None


def callers_of(profile):
    """For each function that belongs to no phase, who called it, and with which weight."""
    callers = defaultdict(dict)
    for (caller, callee), cost in profile.calls.items():
        if phase_of(callee) is None and caller != callee:
            callers[callee][caller] = callers[callee].get(caller, 0) + cost
    return callers


def mixed(callers, shares):
    """The shares of the callers, each as heavy as its calls."""
    total = sum(callers.values()) or 1
    shared = defaultdict(float)
    for caller, cost in callers.items():
        for phase, share in shares.get(caller, {REST: 1.0}).items():
            shared[phase] += share * cost / total
    return dict(shared)


def shares_of(profile):
    """Which share of each function belongs to which phase. What serves every phase counts for those
    who call it: the allocations of reading are reading."""
    functions = set(profile.own) | {function for call in profile.calls for function in call}
    shares = {f: {phase_of(f): 1.0} for f in functions if phase_of(f)}
    callers = callers_of(profile)
    for _ in range(ROUNDS):
        shares.update({function: mixed(by, shares) for function, by in callers.items()})
    return shares


def instructions(profile):
    """Instructions by phase."""
    shares = shares_of(profile)
    found = defaultdict(float)
    for function, own in profile.own.items():
        for phase, share in shares.get(function, {REST: 1.0}).items():
            found[phase] += own * share
    return {phase: round(count) for phase, count in sorted(found.items())}
