"""Runs a program under callgrind and reads what it wrote: each function's own instructions, and who
called whom at what cost (valgrind's manual, "Callgrind Format Specification")."""

import os
import re
from collections import defaultdict
from dataclasses import dataclass, field

from large_zones import process

NAMED = re.compile(r"(ob|fl|fi|fe|fn|cob|cfi|cfl|cfn)=(?:\((\d+)\))?(?: ?(.*))?$")
# Names are written once and then meant by their number; files share one list, and so on.
NAMESPACES = {"ob": "ob", "cob": "ob", "fn": "fn", "cfn": "fn"}


@dataclass(frozen=True)
class Function:
    binary: str  # program or library
    file: str  # where it is defined, not what was inlined into it
    name: str


@dataclass
class Profile:
    own: dict = field(default_factory=lambda: defaultdict(int))  # by function
    # By caller and callee; with what the callee called.
    calls: dict = field(default_factory=lambda: defaultdict(int))


class Reader:
    def __init__(self):
        self.names = defaultdict(dict)
        self.at = {"ob": "", "fl": "", "fn": ""}
        self.callee = {}
        self.after_calls = False
        self.profile = Profile()

    def line(self, text):
        named = NAMED.match(text)
        if named:
            self._named(*named.groups())
        elif text.startswith("calls="):
            self.after_calls = True
        elif text and text[0] in "+-*0123456789":
            _, *costs = text.split()
            self._cost(int(costs[0]) if costs else 0)  # what is left out is nothing

    def _named(self, what, number, name):
        known = self.names[NAMESPACES.get(what, "file")]
        if number and name:
            known[number] = name
        value = known[number] if number else name
        if what in self.at:
            self.at[what] = value
        elif what.startswith("c"):
            self.callee[what] = value

    def _here(self):
        return Function(self.at["ob"], self.at["fl"], self.at["fn"])

    def _called(self):
        """What the lines before a call left out is as at the caller's."""
        file = self.callee.get("cfi", self.callee.get("cfl", self.at["fl"]))
        return Function(self.callee.get("cob", self.at["ob"]), file, self.callee["cfn"])

    def _cost(self, instructions):
        if self.after_calls:
            self.profile.calls[self._here(), self._called()] += instructions
            self.after_calls, self.callee = False, {}
        else:
            self.profile.own[self._here()] += instructions


def read(path):
    reader = Reader()
    with open(path, encoding="utf-8", errors="replace") as file:
        for text in file:
            reader.line(text.rstrip("\n"))
    return reader.profile


def run(command, folder):
    """On one processor, so that it is one thread that works, always in the same order."""
    out = folder / "callgrind.out"
    out.unlink(missing_ok=True)
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:1])
    valgrind = ["valgrind", "--tool=callgrind", "--quiet", f"--callgrind-out-file={out}"]
    process.run([*valgrind, *command])
    return read(out)
