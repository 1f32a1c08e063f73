"""How a zone is signed: algorithm and denial of existence, in each program's words."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    algorithm: str = "ecdsap256sha256"  # as Kaspar and Knot write it
    denial: str = "nsec"  # or nsec3, opt-out

    @property
    def text(self):
        return f"{self.algorithm} {self.denial}"

    def kaspar_denial(self):
        if self.denial == "nsec":
            return {"type": "nsec"}
        opt_out = self.denial == "opt-out"
        return {"type": "nsec3", "opt_out": opt_out, "iterations": 0, "salt_length": 0}

    def bind_key_options(self):
        return ["-a", self.algorithm, *(["-b", 2048] if self.algorithm == "rsasha256" else [])]

    def bind_denial_options(self):
        return {"nsec": [], "nsec3": ["-3", "-"], "opt-out": ["-3", "-", "-A"]}[self.denial]

    def knot_policy(self):
        """Lines of a policy section in knot.conf."""
        lines = [f"algorithm: {self.algorithm}"]
        if self.algorithm == "rsasha256":
            lines += ["ksk-size: 2048", "zsk-size: 2048"]
        if self.denial != "nsec":
            lines += ["nsec3: on", "nsec3-iterations: 0", "nsec3-salt-length: 0"]
        if self.denial == "opt-out":
            lines.append("nsec3-opt-out: on")
        return lines
