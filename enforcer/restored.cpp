#include "enforcer/restored.h"

#include <fmt/format.h>

#include "enforcer/store/submissions.h"

namespace kaspar::enforcer {

Outcome check_not_restored(const Zone& zone) {
    if (!zone.restored)
        return Done{};
    return Fault{
        FaultClass::refused,
        fmt::format("restored from a backup of {}: what was done since is not known, so nothing is "
                    "moved and nothing is instructed; put the signer's newest report in place, ask "
                    "the servers for DNSKEY and DS, then say what they have: `kaspar zone confirm "
                    "{} --dnskey TAG,… --ds TAG,…`",
                    to_rfc3339(*zone.restored), zone_text(zone.name))};
}

Outcome mark_restored(Database& database, Time backup, Time now, const std::string& who) {
    KASPAR_TRY(Transaction transaction, Transaction::begin(database));
    KASPAR_CHECK(database.run(
        "UPDATE zones SET restored = ?, instruction = NULL, emitted = 1, flagged = 1", {backup}));
    // What the parent was to be told then may be long past; what it is to be told now is planned
    // once somebody says what there is.
    KASPAR_CHECK(forget_submissions(database));
    KASPAR_TRY(const auto all, zones(database));
    for (Zone zone : all) {
        zone.trouble = check_not_restored(zone).fault().words;
        KASPAR_CHECK(update_zone(database, zone));
    }
    KASPAR_CHECK(record_move(
        database,
        {0, now, who, {}, "the state is restored", "backup of " + to_rfc3339(backup), {}, {}}));
    return transaction.commit();
}

}  // namespace kaspar::enforcer
