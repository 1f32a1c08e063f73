#include "tests/support/verified_zone.h"

#include <algorithm>

#include "common/keys/signing_key.h"
#include "common/values/encoding.h"
#include "tests/support/catch.h"

namespace kaspar::test {

using namespace kaspar::signer;

const TextZone& plain() {
    static const TextZone zone = sign_with_bind({13}, Denial::nsec);
    return zone;
}

VerificationResult verify_zone(const Zone& zone, Time now) {
    return verified({.zone = WholeZone(zone), .now = now, .make_verifier = make_verifier});
}

bool tells(const std::vector<Problem>& list, const std::string& owner, const std::string& type,
           const std::string& words) {
    return std::any_of(list.begin(), list.end(), [&](const Problem& problem) {
        return problem.owner == owner && problem.type == type &&
               problem.words.find(words) != std::string::npos;
    });
}

std::vector<Dnskey> dnskeys_of(const Zone& zone) {
    const auto* apex = zone.find(zone.apex().wire());
    REQUIRE(apex != nullptr);
    const auto* rrset = zone.find(*apex, rr::dnskey);
    std::vector<Dnskey> keys;
    for (std::uint32_t i = 0; rrset != nullptr && i < rrset->record_count; ++i)
        keys.push_back(Dnskey::from_rdata(zone.rdata(*rrset, i)).value());
    return keys;
}

Dnskey key_with(const std::vector<Dnskey>& keys, bool sep, Algorithm algorithm) {
    for (const auto& key : keys)
        if (key.is_sep() == sep && key.key.algorithm == algorithm)
            return key;
    FAIL("no such key");
    std::abort();
}

TextRecord& zsk_record(TextZone& zone) {
    for (auto& record : zone.records())
        if (record.type == "DNSKEY" && record.rdata[0] == "256")
            return record;
    FAIL("no ZSK");
    std::abort();
}

TextRecord impostor_of(TextRecord dnskey) {
    std::string base64;
    for (std::size_t i = 3; i < dnskey.rdata.size(); ++i)
        base64 += dnskey.rdata[i];
    auto key = from_base64(base64).value();
    std::swap_ranges(key.begin(), key.begin() + 2, key.begin() + 2);
    dnskey.rdata.resize(3);
    dnskey.rdata.push_back(to_base64(key));
    return dnskey;
}

void remove_if(TextZone& zone, const std::function<bool(const TextRecord&)>& picks) {
    std::erase_if(zone.records(), picks);
}

}  // namespace kaspar::test
