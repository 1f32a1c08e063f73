#include "enforcer/policy/lint.h"

#include <functional>

#include "enforcer/policy/policy_file.h"
#include "tests/support/catch.h"

namespace lint_test {

using namespace kaspar;
using namespace kaspar::enforcer;
using namespace std::chrono_literals;
using std::chrono::days;

namespace {

constexpr auto error = Severity::error;
constexpr auto warning = Severity::warning;

/// A KSK and a ZSK with a lifetime of 90 days, and every default.
Policy sound() {
    return examine_policy("sound", R"({"keys": [
        {"role": "ksk"}, {"role": "zsk", "lifetime": "90d"}]})")
        .policy;
}

struct Row {
    const char* change;  ///< in words
    std::function<void(Policy&)> make;
    Severity severity;
    const char* field;  ///< "": nothing is found
};

void nsec3(Policy& p) {
    p.denial = DenialType::nsec3;
}

void all_algorithms(Policy& p, Algorithm algorithm, unsigned bits) {
    for (KeySlot& key : p.keys) {
        key.algorithm = algorithm;
        key.bits = bits;
    }
}

const Row rows[] = {
    {"nothing", [](Policy&) {}, error, ""},
    {"refresh < resign", [](Policy& p) { p.signatures.refresh = 30min; }, error,
     "signatures.refresh"},
    {"refresh shorter than propagation", [](Policy& p) { p.signatures.refresh = 1h + 5min; }, error,
     "signatures.refresh"},
    {"refresh shorter than caches", [](Policy& p) { p.signatures.refresh = 25h; }, warning,
     "signatures.refresh"},
    {"refresh just longer than caches", [](Policy& p) { p.signatures.refresh = 25h + 5min; }, error,
     ""},
    {"refresh shorter than a cached DNSKEY", [](Policy& p) { p.dnskey_ttl = p.max_ttl = days{7}; },
     warning, "signatures.refresh"},
    {"validity = refresh", [](Policy& p) { p.signatures.validity = days{7}; }, error,
     "signatures.validity"},
    {"dnskey_validity < refresh", [](Policy& p) { p.signatures.dnskey_validity = days{3}; }, error,
     "signatures.dnskey_validity"},
    {"denial_validity < refresh", [](Policy& p) { p.signatures.denial_validity = days{3}; }, error,
     "signatures.denial_validity"},
    {"jitter + refresh + resign = validity",
     [](Policy& p) { p.signatures.validity = days{7} + 13h; }, error, "signatures.validity"},
    {"jitter + refresh + resign < validity",
     [](Policy& p) { p.signatures.validity = days{7} + 13h + 1s; }, error, ""},
    {"no inception offset", [](Policy& p) { p.signatures.inception_offset = 0s; }, warning,
     "signatures.inception_offset"},
    {"validity of 100 days", [](Policy& p) { p.signatures.dnskey_validity = days{100}; }, warning,
     "signatures.validity"},
    {"opt-out with nsec", [](Policy& p) { p.opt_out = true; }, error, "denial.opt_out"},
    {"iterations with nsec", [](Policy& p) { p.iterations = 1; }, error, "denial.iterations"},
    {"salt with nsec", [](Policy& p) { p.salt_length = 8; }, error, "denial.salt_length"},
    {"nsec3", nsec3, error, ""},
    {"1 iteration", [](Policy& p) { nsec3(p), p.iterations = 1; }, warning, "denial.iterations"},
    {"50 iterations", [](Policy& p) { nsec3(p), p.iterations = 50; }, warning, "denial.iterations"},
    {"51 iterations", [](Policy& p) { nsec3(p), p.iterations = 51; }, error, "denial.iterations"},
    {"nsec3 salt", [](Policy& p) { nsec3(p), p.salt_length = 8; }, warning, "denial.salt_length"},
    {"nsec3 opt-out", [](Policy& p) { nsec3(p), p.opt_out = true; }, warning, "denial.opt_out"},
    {"accepted opt-out",
     [](Policy& p) {
         nsec3(p);
         p.opt_out = true;
         p.accept_warnings = {"denial.opt_out"};
     },
     error, ""},
    {"a warning accepted that is none", [](Policy& p) { p.accept_warnings = {"denial.opt_out"}; },
     warning, "accept_warnings[0]"},
    {"an accepted error stays",
     [](Policy& p) {
         p.opt_out = true;
         p.accept_warnings = {"denial.opt_out"};
     },
     error, "denial.opt_out"},
    {"nsec3 with algorithm 5",
     [](Policy& p) {
         nsec3(p);
         all_algorithms(p, Algorithm::rsasha1, 2048);
     },
     error, "keys[1].algorithm"},
    {"algorithm 7", [](Policy& p) { all_algorithms(p, Algorithm::rsasha1_nsec3, 2048); }, error,
     "keys[0].algorithm"},
    {"algorithm 5", [](Policy& p) { all_algorithms(p, Algorithm::rsasha1, 2048); }, error,
     "keys[1].algorithm"},
    {"algorithm 10", [](Policy& p) { all_algorithms(p, Algorithm::rsasha512, 2048); }, warning,
     "keys[0].algorithm"},
    {"algorithm 8", [](Policy& p) { all_algorithms(p, Algorithm::rsasha256, 2048); }, error, ""},
    {"RSA of 1024 bits", [](Policy& p) { all_algorithms(p, Algorithm::rsasha256, 1024); }, error,
     "keys[0].bits"},
    {"RSA of 8192 bits", [](Policy& p) { all_algorithms(p, Algorithm::rsasha256, 8192); }, error,
     "keys[1].bits"},
    {"P-256 of 384 bits", [](Policy& p) { p.keys[1].bits = 384; }, error, "keys[1].bits"},
    {"a key store twice",
     [](Policy& p) {
         p.keys[0].keystores = {"a", "b", "a"};
     },
     error, "keys[0].keystore"},
    // Ipub = 5m + 1h + 1h; Iret = (14d + 12h − 7d + 1h) + 5m + 1d + 1h
    {"ZSK lifetime = Ipub + Iret",
     [](Policy& p) { p.keys[1].lifetime = 2h + 5min + days{7} + 13h + 5min + days{1} + 1h; }, error,
     "keys[1].lifetime"},
    {"ZSK lifetime > Ipub + Iret",
     [](Policy& p) { p.keys[1].lifetime = 2h + 5min + days{7} + 13h + 5min + days{1} + 1h + 1s; },
     error, ""},
    {"ZSK lifetime, renewed at once",
     [](Policy& p) {
         p.signatures.renew_at_once = true;
         p.keys[1].lifetime = 2h + 5min + 1h + 5min + days{1} + 1h;
     },
     error, "keys[1].lifetime"},
    {"ZSK lifetime, double signature",
     [](Policy& p) {
         p.keys[1].method = Method::zsk_double_signature;
         p.keys[1].lifetime = days{7} + 13h + 5min + days{1} + 1h;
     },
     error, "keys[1].lifetime"},
    // Ipub = 5m + 1h + 1h; Iret = 1h + 1d + 1h
    {"KSK lifetime, double signature",
     [](Policy& p) { p.keys[0].lifetime = p.keys[1].lifetime = days{1} + 4h + 5min; }, error,
     "keys[0].lifetime"},
    {"KSK lifetime, registration delay",
     [](Policy& p) {
         p.registration_delay = days{30};
         p.keys[0].lifetime = days{31};
     },
     error, "keys[0].lifetime"},
    {"KSK lifetime, double DS",
     [](Policy& p) {
         p.keys[0].method = Method::ksk_double_ds;
         p.keys[0].lifetime = days{1} + 4h + 5min;
     },
     error, "keys[0].lifetime"},
    {"KSK lifetime, double RRset",
     [](Policy& p) {
         p.keys[0].method = Method::ksk_double_rrset;
         p.keys[0].lifetime = days{1} + 3h;
     },
     error, "keys[0].lifetime"},
    {"CSK lifetime",
     [](Policy& p) {
         p.keys.erase(p.keys.begin());
         p.keys[0].role = Role::csk;
         p.keys[0].method = Method::ksk_double_signature;
         p.keys[0].lifetime = days{8};
     },
     error, "keys[0].lifetime"},
    {"KSK rolls more often than the ZSK", [](Policy& p) { p.keys[0].lifetime = days{60}; }, warning,
     "keys[0].lifetime"},
    {"standby with double signature",
     [](Policy& p) {
         p.keys[1].method = Method::zsk_double_signature;
         p.keys[1].standby = 1;
     },
     warning, "keys[1].standby"},
    {"KSK without ZSK", [](Policy& p) { p.keys.pop_back(); }, error, "keys[0].role"},
    {"ZSK without KSK", [](Policy& p) { p.keys.erase(p.keys.begin()); }, error, "keys[0].role"},
    {"KSK and ZSK of different algorithms",
     [](Policy& p) { p.keys[1].algorithm = Algorithm::ed25519; }, error, "keys[1].role"},
    {"CSK beside KSK and ZSK",
     [](Policy& p) {
         p.keys.push_back(p.keys[0]);
         p.keys[2].role = Role::csk;
     },
     error, "keys[2].role"},
    {"two ZSKs", [](Policy& p) { p.keys.push_back(p.keys[1]); }, error, "keys[2].role"},
    {"two KSKs", [](Policy& p) { p.keys.push_back(p.keys[0]); }, error, "keys[2].role"},
    {"two KSKs in two key stores",
     [](Policy& p) {
         p.keys.push_back(p.keys[0]);
         p.keys[2].keystores = {"other"};
     },
     warning, "keys[2].role"},
    {"two algorithms",
     [](Policy& p) {
         for (const KeySlot& key : std::vector<KeySlot>(p.keys)) {
             p.keys.push_back(key);
             p.keys.back().algorithm = Algorithm::ed25519;
         }
     },
     warning, "keys"},
    {"no keys", [](Policy& p) { p.keys.clear(); }, error, ""},
    {"datecounter, re-signed every 14 minutes",
     [](Policy& p) {
         p.serial = SerialPolicy::datecounter;
         p.signatures.resign = 14min;
     },
     warning, "zone.serial"},
    {"datecounter, re-signed every 15 minutes",
     [](Policy& p) {
         p.serial = SerialPolicy::datecounter;
         p.signatures.resign = 15min;
     },
     error, ""},
    {"serial kept", [](Policy& p) { p.serial = SerialPolicy::keep; }, warning, "zone.serial"},
    {"shared keys", [](Policy& p) { p.shared_keys = true; }, error, ""},
    {"parent asked by the enforcer", [](Policy& p) { p.confirm = ParentConfirmation::both; }, error,
     ""},
    {"more servers to answer than there are",
     [](Policy& p) {
         p.parent_servers = {{"192.0.2.1"}, {"192.0.2.2"}};
         p.parent_quorum = 3;
     },
     error, "parent.quorum"},
    {"half of the servers may be silent",
     [](Policy& p) {
         p.parent_servers = {{"192.0.2.1"}, {"192.0.2.2"}};
         p.parent_quorum = 1;
     },
     warning, "parent.quorum"},
    {"NOTIFY(CDS) without CDS",
     [](Policy& p) {
         p.dsync = true;
         p.cds = CdsPublication::none;
     },
     error, "parent.dsync"},
    {"DNSKEY TTL above max_ttl", [](Policy& p) { p.dnskey_ttl = days{2}; }, warning, "dnskey.ttl"},
    {"SOA minimum above max_ttl",
     [](Policy& p) {
         p.max_ttl = 1h;
         p.soa_minimum = 2h;
     },
     error, "zone.soa_minimum"},
    {"SOA minimum of two days",
     [](Policy& p) {
         p.max_ttl = days{2};
         p.soa_minimum = days{2};
     },
     warning, "zone.soa_minimum"},
    {"DS TTL of eight days", [](Policy& p) { p.ds_ttl = days{8}; }, warning, "parent.ds_ttl"},
    {"SHA-1 DS",
     [](Policy& p) {
         p.ds_digests = {DigestType::sha256, DigestType::sha1};
     },
     error, "parent.ds_digest[1]"},
    {"a digest twice",
     [](Policy& p) {
         p.ds_digests = {DigestType::sha256, DigestType::sha256};
     },
     error, "parent.ds_digest[1]"},
    {"no digest", [](Policy& p) { p.ds_digests.clear(); }, error, "parent.ds_digest"},
};

}  // namespace

TEST_CASE("each rule of the lint finds what it is for, at its field", "[attack][lint]") {
    for (const Row& row : rows) {
        Policy policy = sound();
        row.make(policy);
        const auto findings = lint(policy);
        const std::string field = row.field;
        bool found = field.empty() && findings.empty();
        std::string all;
        for (const Finding& one : findings) {
            found = found || (one.severity == row.severity && one.field == field);
            all += finding_line("-", one) + "\n";
            CHECK_FALSE(one.remedy.empty());
        }
        INFO(row.change << ": " << all);
        CHECK(found);
    }
}

}  // namespace lint_test
