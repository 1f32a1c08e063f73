"""Kaspar beside its peers on large zones, in one run: tools/bench large-zones --help."""

import argparse
import json
import shutil
import signal
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from . import chart, figures, machine, process, table
from .contest import Alone, Contest, LongContest, Tools
from .kaspar import Programs
from .kind import Kind

# Beside P-256 and NSEC; a slow algorithm with a share of the names.
OTHER_KINDS = [
    (Kind(denial="nsec3"), 1.0),
    (Kind(denial="opt-out"), 1.0),
    (Kind("ed25519"), 1.0),
    (Kind("rsasha256"), 0.2),
    (Kind("ecdsap384sha384"), 1.0),
]
FEWER_TURNS = 1_000_000  # names: from there on three repetitions do


def sizes(text):
    return [int(word) for word in text.split(",")]


def parse_arguments():
    parser = argparse.ArgumentParser(prog="tools/bench large-zones", description=__doc__)
    option = parser.add_argument
    option("--sizes", type=sizes, default=[100_000], help="delegations, as 1000,10000 (100000)")
    option("--hosting", type=int, default=25_000, help="names of the hosting zone; 0: none (25000)")
    option("--kinds", type=int, default=100_000, metavar="NAMES",
           help="delegations for other algorithms and denials, a fifth of them for RSA;"
                " 0: none (100000)")  # fmt: skip
    option("--repetitions", type=int, default=5,
           help="of each; at most 3 from a million names on (5)")  # fmt: skip
    option("--quick", action="store_true",
           help="a trial of this program: small zones, nothing judged")  # fmt: skip
    option("--alone", type=int, metavar="NAMES", help="only this: Kaspar signs so many delegations")
    option("--judge-large", action="store_true",
           help="ldns-verify-zone and dnssec-verify also look at zones of more than 100,000 names"
    )  # fmt: skip
    option("--json", type=Path, metavar="FILE", help="all that was measured")
    option("--svg", type=Path, metavar="FILE", help="a chart of time and memory against names")
    option("--build", type=Path, default=Path("build"), help="the build's folder (build)")
    option("--kaspar", type=Path, metavar="BUILD", help="measure the Kaspar of another build")
    option("--work", type=Path, help="where to put the zones (the system's temporary folder)")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.sizes, arguments.hosting, arguments.kinds = [1000, 10_000], 1000, 1000
        arguments.repetitions = min(arguments.repetitions, 2)
    return arguments


class LargeZones:
    def __init__(self, arguments, folder):
        self.arguments = arguments
        self.folder = folder
        build = arguments.build.resolve()
        self.tools = Tools(
            Programs((arguments.kaspar or build).resolve()),
            build / "tests" / "measured-run",
            build / "tests" / "signature-limit",
            arguments.judge_large,
        )
        self.contests = []
        self.figures = []

    def hold(self, contest_type, zone, names, kind=Kind()):
        folder = self.folder / f"contest-{len(self.contests)}"
        contest = contest_type(self.tools, folder, zone, names, kind)
        turns = self.arguments.repetitions
        contest.go(min(turns, 3) if names >= FEWER_TURNS else turns)
        shutil.rmtree(folder)  # a million names take gigabytes
        self.contests.append(contest)
        return contest

    def go(self):
        if self.arguments.alone:
            self._alone(self.arguments.alone)
            return
        for names in self.arguments.sizes:
            self._long("delegations", names)
        if self.arguments.hosting:
            self._long("hosting", self.arguments.hosting)
        if self.arguments.kinds:
            self._other_kinds(self.arguments.kinds)

    def _alone(self, names):
        self.figures += figures.of_alone(self.hold(Alone, "delegations", names))

    def _long(self, zone, names):
        contest = self.hold(LongContest, zone, names)
        self.figures += figures.of_long_contest(contest, not self.arguments.quick)

    def _other_kinds(self, names):
        for kind, share in OTHER_KINDS:
            contest = self.hold(Contest, "delegations", int(names * share), kind)
            self.figures += figures.of_other_kind(contest, not self.arguments.quick)

    def charted(self):
        return [
            contest
            for contest in self.contests
            if isinstance(contest, LongContest) and contest.zone == "delegations"
        ]


def contest_json(contest):
    return {
        "zone": contest.zone,
        "names": contest.names,
        "algorithm": contest.kind.algorithm,
        "denial": contest.kind.denial,
        "output": asdict(contest.counts),
        "library": contest.paces,
        "runs": [
            {"program": program, "work": work, "runs": [asdict(run) for run in runs]}
            for (program, work), runs in contest.runs.items()
        ],
    }


def write_json(path, bench, description):
    document = {
        "machine": description,
        "figures": [figure.as_json() for figure in bench.figures],
        "measured": [contest_json(contest) for contest in bench.contests],
    }
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def show(bench, description):
    """Prints the table and writes what was asked for. The exit status."""
    print(machine.text(description))
    print(table.text(bench.figures))
    if bench.arguments.json:
        write_json(bench.arguments.json, bench, description)
    if bench.arguments.svg and bench.charted():
        bench.arguments.svg.write_text(chart.svg(bench.charted(), description), encoding="utf-8")
    beyond = [figure for figure in bench.figures if not figure.good]
    if beyond:
        print(f"\n{len(beyond)} of {len(bench.figures)} beyond their reach")
    return 1 if beyond else 0


def main():
    arguments = parse_arguments()
    # Whoever stops this gets the disk back: leaving by exit removes the folder.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    process.two_processors()
    with tempfile.TemporaryDirectory(prefix="kaspar-bench-", dir=arguments.work) as folder:
        bench = LargeZones(arguments, Path(folder))
        description = machine.describe(bench.tools.programs)  # before the load that we make
        try:
            bench.go()
        except process.Failed as failure:
            print(f"large-zones: {failure}", file=sys.stderr)
            return 1
    return show(bench, description)


sys.exit(main())
