#include "common/manual/pages.h"

namespace kaspar::pages {

const ManualPage kaspar{
    "kaspar",
    1,
    "keep DNSSEC zones signed by policy",
    R"(Kaspar keeps DNSSEC zones signed by policy. A policy says how a zone is to be signed and how its keys are to be replaced; kaspar-enforcer(8) makes the keys and decides, kaspar-signer(8) signs, and this command is what a person types: zones, policies, keys, DS records, status, forecast.

A first zone:

  kaspar zone add example.com --policy default --input /srv/dns/example.com --output /var/lib/kaspar/signed/example.com
  kaspar status example.com
  kaspar ds show example.com
  kaspar ds seen example.com

For a monitor:

  kaspar health

A backup, read back as it is made:

  kaspar backup /srv/backup/kaspar.tar
  kaspar backup --check /srv/backup/kaspar.tar

A restored zone is neither moved nor instructed before somebody has said, with `kaspar zone confirm`, what is published: a backup does not know what was done after it.)",
    R"(/etc/kaspar/kaspar.json: the configuration, kaspar.json(5).

/etc/kaspar/policies/NAME.json: a policy, kaspar-policy(5).

/var/lib/kaspar/state/kaspar.db: what the enforcer remembers.)",
    "kaspar-enforcer(8), kaspar-signer(8), kaspar.json(5), kaspar-policy(5)"};

const ManualPage enforcer{
    "kaspar-enforcer",
    8,
    "move DNSSEC keys by policy and instruct the signer",
    R"(The enforcer reads policies and the signer's reports, moves the state of each zone's keys, makes and removes keys, and writes instructions. Its memory is one SQLite file.

As a service it is run by a timer, which is the default of the package:

  systemctl enable --now kaspar-enforcer-once.timer

or stays, and then acts at once on a report or a command:

  systemctl disable --now kaspar-enforcer-once.timer
  systemctl enable --now kaspar-enforcer.service

Under systemd it tells that it is ready, what comes next, and, where there is a watchdog, that it is alive (sd_notify(3)).)",
    R"(/var/lib/kaspar/state/instructions: what the signer is to do.

/var/lib/kaspar/state/reports: what it did.)",
    "kaspar(1), kaspar-signer(8), kaspar.json(5), kaspar-policy(5)"};

const ManualPage signer{
    "kaspar-signer",
    8,
    "sign DNS zones as the enforcer instructs",
    R"(The signer executes instructions: it reads a zone, signs it, verifies what it has signed, publishes it, and writes a report. Nothing unverified is published. It has no memory but its last output, and needs no access to the enforcer's database.

Under systemd it tells that it is ready, what comes next, and, where there is a watchdog, that it is alive (sd_notify(3)): while it waits, and from within its work.

The service may write below /var/lib/kaspar/signed only. For other folders:

  systemctl edit kaspar-signer
  [Service]
  ReadWritePaths=/srv/dns/signed

It may not see home folders, devices or the network. What a token needs of these is told in the unit file.)",
    R"(/var/lib/kaspar/state/instructions: what it is to do.

/var/lib/kaspar/state/reports: what it did.

/var/lib/kaspar/state/executed: what it executed last; a cache.)",
    "kaspar(1), kaspar-enforcer(8), kaspar.json(5)"};

const ManualPage configuration{
    "kaspar.json",
    5,
    "configuration of Kaspar",
    R"(JSON; comments are allowed. All three programs read it. Relative paths are relative to the file's own folder. Unknown fields are errors.

Two programs that run as different users may share a key store of files by its "group":

  "local": { "type": "files", "directory": "/var/lib/kaspar/keys", "group": "kaspar",
             "passphrase_file": "passphrase", "passphrase_credential": "passphrase" })",
    "/etc/kaspar/kaspar.json",
    "kaspar(1), kaspar-policy(5)"};

const ManualPage policy{
    "kaspar-policy",
    5,
    "key and signing policies of Kaspar",
    R"(JSON; comments are allowed. One policy a file: policies/NAME.json. Every field but "keys" has a default. Durations are written 90s, 5m, 1h, 14d, 2w, 1y and as their sums (1d12h), or as in ISO 8601 (P14D). Unknown fields are errors.

An edited policy takes effect at the enforcer's next pass, if it is good:

  kaspar policy check FILE
  kaspar policy diff NAME FILE)",
    "/etc/kaspar/policies/NAME.json",
    "kaspar(1), kaspar.json(5)"};

}  // namespace kaspar::pages
