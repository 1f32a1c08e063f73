"""The cryptographic limit: how long the library alone would take for the same signatures."""

import json

from . import process


def measure(program, milliseconds=500):
    """Signatures and verifications per second, by algorithm, on two threads."""
    return json.loads(process.run([program, 2, milliseconds]))


def signing(pace, signatures):
    return process.Run(signatures / pace["sign"], signatures / pace["sign_processor"], 0)


def signing_and_verifying(pace, signatures):
    made = signing(pace, signatures)
    return process.Run(
        made.seconds + signatures / pace["verify"],
        made.processor + signatures / pace["verify_processor"],
        0,
    )
