"""Where figures come from: machine and programs."""

import os
import platform

from . import process


def first_line(command):
    """Of what a program says of itself, on whichever stream."""
    done = process.outcome(command)
    lines = (done.stdout + done.stderr).strip().splitlines()
    return lines[0] if lines else ""


def from_file(path, key):
    with open(path, encoding="utf-8") as file:
        for line in file:
            if line.startswith(key):
                return line.split(":", 1)[1].strip()
    return "unknown"


def describe(programs):
    cores = len(os.sched_getaffinity(0))
    return {
        "processor": from_file("/proc/cpuinfo", "model name"),
        "cores": f"{cores} used of {os.cpu_count()}",
        "memory": from_file("/proc/meminfo", "MemTotal"),
        "kernel": platform.release(),
        "load": " ".join(f"{load:.1f}" for load in os.getloadavg()),
        "Kaspar": first_line([programs.signer, "--version"]),
        "dnssec-signzone": first_line(["dnssec-signzone", "-V"]),
        "kzonesign": first_line(["kzonesign", "-V"]),
    }


def text(description):
    return "\n".join(f"{key:16} {value}" for key, value in description.items())
