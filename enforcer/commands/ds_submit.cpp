#include <fmt/format.h>

#include "enforcer/commands/commands.h"
#include "enforcer/commands/comparison.h"
#include "enforcer/pass.h"
#include "enforcer/restored.h"

namespace kaspar::enforcer {

namespace {

/// "_dsboot.example.org._signal.ns1.example.net" (RFC 9615 §2).
Result<Name> signalling_name(const Name& zone, const std::string& server) {
    KASPAR_TRY(const Name host, Name::from_text(server));
    if (host.is_within(zone))
        return Fault{FaultClass::input,
                     fmt::format("{} is inside {}: a signal must stand in another zone that is "
                                 "signed (RFC 9615 §4.1); name a server outside",
                                 host.text(), zone.text())};
    auto name = Name::from_text(fmt::format("_dsboot.{}._signal.{}", zone.text(), host.text()));
    if (!name.ok())
        return Fault{FaultClass::input, fmt::format("{} and {} together are too long for a "
                                                    "signalling name (RFC 9615 §2)",
                                                    zone.text(), host.text())};
    return name;
}

std::string signal_lines(const ZoneView& view, const Name& owner) {
    const auto ttl = view.policy.dnskey_ttl.count();
    std::string text;
    for (const KeyIndex key : view.remembered.history.arrangement.ds)
        text += fmt::format("{} {} IN CDNSKEY {}\n", owner.absolute_text(), ttl,
                            view.remembered.rows[key].dnskey->text());
    for (const Ds& ds : wanted_records(view))
        text += fmt::format("{} {} IN CDS {}\n", owner.absolute_text(), ttl, ds.text());
    return text;
}

}  // namespace

Ending ds_submit(Session& session, const std::string& name) {
    KASPAR_TRY(Transaction transaction, Transaction::begin(session.database()));
    KASPAR_TRY(const Zone zone, known_zone(session.database(), name));
    KASPAR_CHECK(check_not_restored(zone));
    KASPAR_TRY(const auto renewed, renew_submissions(session.database(), zone.id, session.now()));
    if (renewed == 0)
        return Fault{FaultClass::refused,
                     fmt::format("nothing of zone {} is to be submitted now: either it awaits "
                                 "nothing of its parent (`kaspar status {}`), or policy {} has "
                                 "neither parent.ds_submit nor parent.dsync",
                                 zone_text(zone.name), zone_text(zone.name), zone.policy)};
    KASPAR_CHECK(note(session.with(), zone, "the parent is to be told again", "a person's word"));
    KASPAR_CHECK(transaction.commit());
    wake_enforcer(session.configuration());
    print(fmt::format("{}: submitted at the enforcer's next pass\n", zone_text(zone.name)));
    return ExitStatus::done;
}

Ending ds_signal(Session& session, const std::string& name,
                 const std::vector<std::string>& servers) {
    KASPAR_TRY(const Zone zone, known_zone(session.database(), name));
    KASPAR_TRY(const ZoneView view, view_records(session.with(), zone));
    std::string text;
    for (const std::string& server : servers) {
        KASPAR_TRY(const Name owner, signalling_name(zone.name, server));
        text += signal_lines(view, owner);
    }
    if (session.json())
        text = Json{{"zone", view.name()}, {"records", text}}.dump(2) + "\n";
    print(text);
    return ExitStatus::done;
}

}  // namespace kaspar::enforcer
