"""Running programs: timed and measured, or just run."""

import json
import os
import subprocess
from dataclasses import dataclass


class Failed(Exception):
    """A program that had to succeed did not; or a check refused what it looked at."""


@dataclass(frozen=True)
class Run:
    """What one run of one program took."""

    seconds: float  # by the clock on the wall
    processor: float  # seconds of processor time, of all threads
    peak: int  # octets of memory, at most


def two_processors():
    """Gives this process, and so all programs that it runs, two processors."""
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:2])


def outcome(command, **options):
    return subprocess.run(
        [str(word) for word in command],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        **options,
    )


def run(command, **options):
    """Its standard output. Failed with its words if its exit status is not 0."""
    done = outcome(command, **options)
    if done.returncode != 0:
        words = " ".join(str(word) for word in command)
        said = (done.stdout[-2000:] + done.stderr[-2000:]).strip()
        raise Failed(f"{words}\nexit status {done.returncode}: {said}")
    return done.stdout


def measure(launcher, command, **options):
    """The run of a program by the launcher, which is small: a process begins with the memory of the
    one that it was forked from, and this interpreter's would be counted as the program's."""
    os.sync()  # what others wrote is not written out on this program's time
    read_end, write_end = os.pipe()
    try:
        run([launcher, write_end, *command], pass_fds=[write_end], **options)
    finally:
        os.close(write_end)
    with open(read_end, encoding="ascii") as told:
        return Run(**json.load(told))
