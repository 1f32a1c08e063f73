"""What must hold of the outputs, outside of all timing: judges accept them, and they hold the data
of the input and nothing else."""

import filecmp
import os
import subprocess
from dataclasses import dataclass

from . import process

ZONE = "example"
# What a signer adds or may alter.
DNSSEC_TYPES = frozenset(
    b"SOA DNSKEY RRSIG NSEC NSEC3 NSEC3PARAM CDS CDNSKEY ZONEMD TYPE63".split()
)
LENIENT = [word for flag in "kmMnrSW" for word in (f"-{flag}", "ignore")] + ["-i", "none"]


@dataclass(frozen=True)
class Counts:
    records: int
    signatures: int


def canonical(zone_file):
    """Starts BIND's writing of the zone, a record a line, names in full."""
    form = ["-q", "-j", "-f", "text", "-F", "text", "-s", "full", "-o", "-"]
    command = ["named-compilezone", *form, *LENIENT, ZONE, str(zone_file)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def start_sorting(sorted_file):
    folder = os.path.dirname(sorted_file)
    return subprocess.Popen(
        ["sort", "-S", "20%", "-T", folder, "-o", str(sorted_file)],
        stdin=subprocess.PIPE,
        env={**os.environ, "LC_ALL": "C"},
    )


def sort_data(zone_file, sorted_file):
    """Writes the records that are not DNSSEC's, sorted, and counts all."""
    records = signatures = 0
    with canonical(zone_file) as reading, start_sorting(sorted_file) as sorting:
        for line in reading.stdout:
            if line.startswith(b";"):
                continue
            kind = line.split(None, 4)[3]
            records += 1
            signatures += kind == b"RRSIG"
            if kind not in DNSSEC_TYPES:
                sorting.stdin.write(line)
        sorting.stdin.close()
        words = reading.stderr.read().decode()
    if reading.returncode != 0 or sorting.returncode != 0 or records == 0:
        raise process.Failed(f"{zone_file} cannot be read as a zone: {words}")
    return Counts(records, signatures)


def first_differences(left, right):
    done = process.outcome(["diff", left, right])
    return "\n".join(done.stdout.splitlines()[:10])


def count_lines(output):
    """The records of an output of Kaspar's, which are a line each; its zone is not taken in memory."""
    records = signatures = 0
    with open(output, "rb") as lines:
        for line in lines:
            if line[:1] in (b";", b"$", b"\n"):
                continue
            records += 1
            signatures += line.split(None, 4)[3] == b"RRSIG"
    return Counts(records, signatures)


class SameData:
    """The data of one input, to which outputs are held."""

    def __init__(self, zone_file, folder):
        self.expected = folder / "expected.sorted"
        self.found = folder / "found.sorted"
        self.zone_file = zone_file
        sort_data(zone_file, self.expected)

    def check(self, output):
        counts = sort_data(output, self.found)
        if not filecmp.cmp(self.expected, self.found, shallow=False):
            differences = first_differences(self.expected, self.found)
            raise process.Failed(f"{output} has other data than {self.zone_file}:\n{differences}")
        return counts


def check_by_kaspar(programs, output):
    process.run([programs.signer, "verify", output, "--zone", ZONE])


def check_by_judges(output):
    process.run(["ldns-verify-zone", "-V1", output])
    process.run(["dnssec-verify", "-q", "-o", ZONE, output])
