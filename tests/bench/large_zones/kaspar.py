"""Kaspar with one zone: a sandbox of its own, with the policy that is to be measured."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from . import process

ZONE = "example"


@dataclass(frozen=True)
class Programs:
    """Where the programs are that were built."""

    build: Path

    @property
    def kaspar(self):
        return self.build / "enforcer" / "kaspar"

    @property
    def enforcer(self):
        return self.build / "enforcer" / "kaspar-enforcer"

    @property
    def signer(self):
        return self.build / "signer" / "kaspar-signer"


def policy(kind, verify):
    keys = [
        {"role": role, "algorithm": kind.algorithm, "lifetime": "unlimited", "keystore": "local"}
        for role in ("ksk", "zsk")
    ]
    return {
        "version": 1,
        "description": f"To be measured: {kind.text}",
        "denial": kind.kaspar_denial(),
        "keys": keys,
        "zone": {"max_ttl": "1d"},
        "verify": verify,
    }


class Kaspar:
    def __init__(self, programs, folder, kind, verify, at=None):
        self.programs = programs
        self.folder = Path(folder)
        self.at = ["--at", at] if at else []
        self.input = self.folder / "input.zone"
        self.output = self.folder / "output.zone"
        self.folder.mkdir(parents=True)
        self._set_up(kind, verify)

    def _set_up(self, kind, verify):
        site = self.folder / "site"
        process.run([self.programs.kaspar, "init", site, "--sandbox"])
        self.configuration = site / "kaspar.json"
        text = json.dumps(policy(kind, verify))
        (site / "policies" / "measured.json").write_text(text, encoding="ascii")
        words = ["zone", "add", ZONE, "--policy", "measured"]
        words += ["--input", self.input, "--output", self.output]
        process.run([self.programs.kaspar, "-c", self.configuration, *self.at, *words])
        process.run([self.programs.enforcer, "-c", self.configuration, *self.at, "once"])

    def take_input(self, zone_file):
        """The zone file replaces the input whole, as a careful export does."""
        aside = self.folder / "input.new"
        shutil.copyfile(zone_file, aside)
        aside.rename(self.input)

    def forget_output(self):
        """The next run signs in full."""
        for file in (self.output, self.report):
            file.unlink(missing_ok=True)

    @property
    def report(self):
        return self.configuration.parent / "state" / "reports" / ZONE

    def published(self):
        return json.loads(self.report.read_text(encoding="utf-8"))["publication"]

    def signing(self):
        return [self.programs.signer, "-c", self.configuration, *self.at, "once"]
