"""How many instructions the signer takes for a fixed zone, beside those recorded: a comparison
without a clock. tools/bench instructions --help."""

import argparse
import json
import sys
import tempfile
from pathlib import Path

from large_zones import process, zones
from large_zones.kaspar import Kaspar, Programs
from large_zones.kind import Kind

from . import callgrind, phases

NAMES = 2000
TIME = "2026-01-01T00:00:00Z"
RECORDED = Path(__file__).parent.parent / "instructions.json"
TOLD = 0.05  # differences from here on
LEAST_SHARE = 0.02  # of a case's total; what is smaller decides nothing


def parse_arguments():
    parser = argparse.ArgumentParser(prog="tools/bench instructions", description=__doc__)
    option = parser.add_argument
    option("--record", action="store_true", help="these are the new figures to compare with")
    option("--build", type=Path, default=Path("build"), help="the build's folder (build)")
    return parser.parse_args()


def summary(profile, kaspar):
    found = phases.instructions(profile)
    compared = sum(count for phase, count in found.items() if phase not in phases.NOT_COMPARED)
    records = kaspar.published()["records"]
    return {
        "total": sum(found.values()),
        "compared": compared,
        "a record of input": round(compared / records),
        "phases": found,
    }


def measure(programs, folder):
    """A full signing, and one after 0.1 % of the names changed."""
    kaspar = Kaspar(programs, folder / "kaspar", Kind(), "all", at=TIME)
    found = {}
    for case, make in (("full sign", zones.make), ("0.1 % changed", zones.make_changed)):
        make(folder / "zone", "delegations", NAMES)
        kaspar.take_input(folder / "zone")
        found[case] = summary(callgrind.run(kaspar.signing(), folder), kaspar)
    return found


def figures(case):
    """What is shown and compared of a case: name, instructions, whether it decides."""
    yield "all that is compared", case["compared"], True
    for phase, count in case["phases"].items():
        decides = phase not in phases.NOT_COMPARED and count >= LEAST_SHARE * case["compared"]
        yield phase, count, decides


def recorded_figure(recorded, name):
    return recorded["compared"] if name == "all that is compared" else recorded["phases"].get(name)


def line(name, count, before, decides):
    change = f"{count / before - 1:+8.1%}" if before else ""
    told = ""
    if decides and before and abs(count / before - 1) > TOLD:
        told = "  WORSE" if count > before else "  better"
    return f"  {name:24} {count:>15,} {change}{told}"


def show(found, recorded):
    """Prints the figures; true if nothing is worse."""
    good = True
    for name, case in found.items():
        print(f"\n{name}: {case['a record of input']:,} instructions a record of input, without cryptography")
        for figure, count, decides in figures(case):
            before = recorded_figure(recorded[name], figure) if name in recorded else None
            told = line(figure, count, before, decides)
            print(told)
            good = good and not told.endswith("WORSE")
    return good


def main():
    arguments = parse_arguments()
    with tempfile.TemporaryDirectory(prefix="kaspar-bench-") as folder:
        try:
            found = measure(Programs(arguments.build.resolve()), Path(folder))
        except process.Failed as failure:
            print(f"instructions: {failure}", file=sys.stderr)
            return 1
    recorded = json.loads(RECORDED.read_text()) if RECORDED.exists() else {}
    good = show(found, recorded)
    if arguments.record:
        RECORDED.write_text(json.dumps(found, indent=1) + "\n")
        return 0
    return 0 if good else 1


sys.exit(main())
