"""The peers with one zone: BIND's dnssec-signzone and Knot's kzonesign, with keys made before."""

import shutil
from pathlib import Path

from . import process, zones

ZONE = "example"


class Bind:
    """dnssec-signzone with two threads, keys in a folder."""

    def __init__(self, folder, kind):
        self.folder = Path(folder)
        self.kind = kind
        self.output = self.folder / "signed"
        self.again = self.folder / "signed-again"
        self.keys = self.folder / "keys"
        self.keys.mkdir(parents=True)
        for flags in (["-f", "KSK"], []):
            options = ["-q", "-K", self.keys, *kind.bind_key_options(), *flags]
            process.run(["dnssec-keygen", *options, ZONE])

    def signing(self, zone_file, output, *options):
        common = ["-q", "-S", "-x", "-n", 2, "-K", self.keys, "-d", self.folder, "-o", ZONE]
        common += self.kind.bind_denial_options()
        return ["dnssec-signzone", *common, *options, "-f", output, zone_file]

    def full(self, zone_file):
        return self.signing(zone_file, self.output, "-P")

    def full_verified(self, zone_file):
        return self.signing(zone_file, self.folder / "signed-verified")

    def re_signing(self):
        """Its own output again: nothing in it is due, so signatures are kept."""
        return self.signing(self.output, self.again, "-P")


CONFIGURATION = """database:
  storage: "{folder}"
policy:
  - id: measured
    signing-threads: 2
    ksk-lifetime: 0
    zsk-lifetime: 0
    cds-cdnskey-publish: none
    {policy}
zone:
  - domain: {zone}
    storage: "{folder}"
    file: "{file}"
    journal-content: none
    dnssec-signing: on
    dnssec-policy: measured
"""


class Knot:
    """kzonesign with two threads; its keys are in its own database."""

    def __init__(self, folder, kind):
        self.folder = Path(folder)
        self.kind = kind
        self.outputs = self.folder / "out"
        self.output = self.outputs / f"{ZONE}.zone"
        self.outputs.mkdir(parents=True)
        self._make_keys()

    def _make_keys(self):
        """The first run makes them, here for a zone of no size."""
        small = self.folder / "small.zone"
        zones.make(small, "delegations", 1)
        process.run(self.full(small))

    def full(self, zone_file):
        """kzonesign signs what its configuration names, and names the output after it."""
        shutil.rmtree(self.outputs)
        self.outputs.mkdir()
        text = CONFIGURATION.format(
            folder=self.folder,
            zone=ZONE,
            file=zone_file,
            policy="\n    ".join(self.kind.knot_policy()),
        )
        configuration = self.folder / "knot.conf"
        configuration.write_text(text, encoding="ascii")
        self.output = self.outputs / Path(zone_file).name
        return ["kzonesign", "-c", configuration, "-o", self.outputs, ZONE]
