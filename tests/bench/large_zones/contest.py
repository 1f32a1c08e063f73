"""One zone, one kind of signing: Kaspar and its peers do the same work in turns."""

import shutil
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

from . import checks, limit, process, zones
from .kaspar import Kaspar
from .kind import Kind
from .peers import Bind, Knot

KASPAR, BIND, KNOT, LIMIT = "Kaspar", "dnssec-signzone", "kzonesign", "the library alone"

FULL, FULL_VERIFIED, RE_SIGNING = "full", "full, verifying", "re-signing its output"
UNCHANGED, REWRITTEN, COMMENTED = "nothing changed", "input rewritten", "comment added"
CHANGED = "0.1 % changed"


@dataclass(frozen=True)
class Tools:
    """What a contest works with."""

    programs: object  # Kaspar's
    launcher: Path
    signature_limit: Path
    judge_large: bool


@dataclass(frozen=True)
class Work:
    program: str
    name: str
    command: Callable
    output: Callable = None  # where the result is, if it is to be checked
    prepare: Callable = lambda: None
    data: str = "zone"  # the file of the contest whose data the output must hold


def say(words):
    print(words, file=sys.stderr, flush=True)


class Contest:
    largest_judged = 100_000  # beyond, the judges take longer than all else together

    def __init__(self, tools, folder, zone, names, kind=Kind()):
        self.tools, self.zone, self.names, self.kind = tools, zone, names, kind
        self.folder = Path(folder)
        self.folder.mkdir()
        self.runs = defaultdict(list)  # by program and work
        self.counts = None  # of Kaspar's full output
        self.paces = []
        self._make_zones()
        self.kaspar = self._kaspar("sample")
        self.bind = Bind(self.folder / "bind", kind)
        self.knot = Knot(self.folder / "knot", kind)

    @property
    def title(self):
        return f"{self.names:,} {self.zone}, {self.kind.text}"

    def file(self, name):
        return self.folder / name

    def _kaspar(self, verify):
        folder = self.file(f"kaspar-{verify}")
        return Kaspar(self.tools.programs, folder, self.kind, verify)

    def _make_zones(self):
        zones.make(self.file("zone"), self.zone, self.names)

    def full_work(self):
        """What every program can do."""
        zone = self.file("zone")
        return [
            self._kaspar_full(self.kaspar, FULL),
            Work(BIND, FULL, lambda: self.bind.full(zone), lambda: self.bind.output),
            Work(KNOT, FULL, lambda: self.knot.full(zone), lambda: self.knot.output),
        ]

    def _kaspar_full(self, kaspar, name):
        def prepare():
            kaspar.forget_output()
            kaspar.take_input(self.file("zone"))

        return Work(KASPAR, name, kaspar.signing, lambda: kaspar.output, prepare)

    def works(self):
        return self.full_work()

    def go(self, repetitions):
        for turn in range(repetitions):
            say(f"{self.title}: turn {turn + 1} of {repetitions}")
            self.paces.append(limit.measure(self.tools.signature_limit)[self.kind.algorithm])
            for work in self.works():
                self._do(work, last=turn + 1 == repetitions)
        say(f"{self.title}: checks")
        self._check()
        self._add_limit()

    def _do(self, work, last):
        work.prepare()
        run = process.measure(self.tools.launcher, work.command())
        self.runs[work.program, work.name].append(run)
        if last and work.output:
            shutil.copyfile(work.output(), self._kept(work))

    def _kept(self, work):
        return self.file(f"kept {work.program} {work.name}")

    def _check(self):
        """Every kept output has its input's data and verifies."""
        same = {}
        for work in self.works():
            if not work.output:
                continue
            if work.data not in same:
                same = {work.data: checks.SameData(self.file(work.data), self.folder)}
            counts = same[work.data].check(self._kept(work))
            if (work.program, work.name) == (KASPAR, FULL):
                self.counts = counts
            self._judge(work)

    def _judge(self, work):
        """All by Kaspar's verifier; what it signed in full, and what it altered, by others' too, which
        take far longer."""
        checks.check_by_kaspar(self.tools.programs, self._kept(work))
        for_judges = work.program == KASPAR and work.name in (FULL, CHANGED)
        if for_judges and (self.names <= self.largest_judged or self.tools.judge_large):
            checks.check_by_judges(self._kept(work))

    def _add_limit(self):
        count = self.counts.signatures
        for pace in self.paces:
            self.runs[LIMIT, FULL].append(limit.signing(pace, count))
            self.runs[LIMIT, FULL_VERIFIED].append(limit.signing_and_verifying(pace, count))


class LongContest(Contest):
    """With all that happens to a zone after it was first signed."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.verifying = self._kaspar("all")

    def _make_zones(self):
        super()._make_zones()
        zones.make_changed(self.file("changed"), self.zone, self.names)
        zones.make_commented(self.file("commented"), self.file("zone"))

    def works(self):
        zone = self.file("zone")
        return [
            *self.full_work(),
            self._kaspar_full(self.verifying, FULL_VERIFIED),
            Work(BIND, FULL_VERIFIED, lambda: self.bind.full_verified(zone)),
            Work(KASPAR, UNCHANGED, self.kaspar.signing),
            Work(BIND, RE_SIGNING, self.bind.re_signing),
            self._kaspar_again(REWRITTEN, "zone"),
            self._kaspar_again(COMMENTED, "commented"),
            self._kaspar_again(CHANGED, "changed"),
        ]

    def _kaspar_again(self, name, file):
        kaspar = self.kaspar
        return Work(
            KASPAR,
            name,
            kaspar.signing,
            lambda: kaspar.output,
            lambda: kaspar.take_input(self.file(file)),
            data=file,
        )


class Alone(Contest):
    """Kaspar with a zone that would take its peers too long or too much memory."""

    def works(self):
        return self.full_work()[:1]

    def _check(self):
        """By Kaspar itself; who else looks at a zone needs more memory than Kaspar may take."""
        self.counts = checks.count_lines(self.kaspar.output)
        checks.check_by_kaspar(self.tools.programs, self.kaspar.output)
