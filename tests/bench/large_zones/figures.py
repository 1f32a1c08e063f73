"""What was found, beside what is to be reached."""

from dataclasses import asdict, dataclass
from statistics import median

from .contest import (
    BIND, CHANGED, COMMENTED, FULL, FULL_VERIFIED, KASPAR, KNOT, LIMIT, RE_SIGNING, REWRITTEN,
    UNCHANGED,
)  # fmt: skip


@dataclass(frozen=True)
class Reach:
    """At most this share of what another program takes for its work."""

    words: str
    work: str
    against: str
    their_work: str
    most: float


TIMES = [
    Reach("full sign, verify: sample", FULL, BIND, FULL, 0.25),
    Reach("full sign, verify: sample", FULL, KNOT, FULL, 0.40),
    Reach("full sign, verify: sample", FULL, LIMIT, FULL, 1.25),
    Reach("full sign, verify: all", FULL_VERIFIED, BIND, FULL_VERIFIED, 0.35),
    Reach("full sign, verify: all", FULL_VERIFIED, LIMIT, FULL_VERIFIED, 1.25),
    Reach("nothing changed, nothing due", UNCHANGED, BIND, RE_SIGNING, 0.01),
    Reach("input rewritten, same octets", REWRITTEN, BIND, RE_SIGNING, 0.05),
    Reach("input rewritten, comment added", COMMENTED, BIND, RE_SIGNING, 0.05),
    Reach("0.1 % of names changed", CHANGED, BIND, RE_SIGNING, 0.06),
]
MEMORY = [
    Reach("peak memory, full sign", FULL, BIND, FULL, 0.5),
    Reach("peak memory, 0.1 % changed", CHANGED, BIND, RE_SIGNING, 0.5),
]
OTHER_KINDS = [
    Reach("full sign, verify: sample", FULL, BIND, FULL, 1.0),
    Reach("full sign, verify: sample", FULL, KNOT, FULL, 1.0),
]
MOST_PER_RECORD = 200  # octets of memory a record of output
LEAST_JUDGED = 100_000  # names; in smaller zones the start of the programs weighs


@dataclass(frozen=True)
class Figure:
    zone: str
    work: str
    unit: str
    ours: list
    against: str
    theirs: list  # empty if what counts is our own number
    processor_ratio: float
    reach: float
    judged: bool

    @property
    def value(self):
        """What is held to the reach: a ratio, or our number."""
        return median(self.ours) / (median(self.theirs) if self.theirs else 1)

    @property
    def good(self):
        return not self.judged or self.value <= self.reach

    def as_json(self):
        return {**asdict(self), "value": self.value, "good": self.good}


def seconds(runs):
    return [run.seconds for run in runs]


def megabytes(runs):
    return [run.peak / 1e6 for run in runs]


def processor_ratio(ours, theirs):
    return median(run.processor for run in ours) / median(run.processor for run in theirs)


def compare(contest, reach, unit, judged):
    ours = contest.runs[KASPAR, reach.work]
    theirs = contest.runs[reach.against, reach.their_work]
    values = {"s": seconds, "MB": megabytes}[unit]
    against = reach.against
    if reach.their_work not in (FULL, FULL_VERIFIED):
        against += f", {reach.their_work}"
    elif reach.against == BIND:
        against += " -P" if reach.their_work == FULL else ", verifying"
    return Figure(
        contest.title,
        reach.words,
        unit,
        values(ours),
        against,
        values(theirs),
        processor_ratio(ours, theirs) if unit == "s" else None,
        reach.most,
        judged,
    )


def per_record(contest, work, words, judged):
    octets = [run.peak / contest.counts.records for run in contest.runs[KASPAR, work]]
    against = "a record of output"
    return Figure(
        contest.title, words, "octets", octets, against, [], None, MOST_PER_RECORD, judged
    )


def of_long_contest(contest, judged):
    judged = judged and (contest.names >= LEAST_JUDGED or contest.zone == "hosting")
    figures = [compare(contest, reach, "s", judged) for reach in TIMES]
    figures += [compare(contest, reach, "MB", judged) for reach in MEMORY]
    figures += [per_record(contest, reach.work, reach.words, judged) for reach in MEMORY]
    return figures


def of_other_kind(contest, judged):
    return [compare(contest, reach, "s", judged) for reach in OTHER_KINDS]


def of_alone(contest):
    return [per_record(contest, FULL, "peak memory, full sign", True)]
