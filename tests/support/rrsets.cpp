#include "tests/support/rrsets.h"

extern "C" {
#include <libdnssec/error.h>
#include <libdnssec/key.h>
#include <libdnssec/sign.h>
#include <libzscanner/scanner.h>
}

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <tuple>

#include "tests/support/catch.h"

namespace kaspar::test {

namespace {

constexpr std::uint16_t class_in = 1, type_rrsig = 46;
constexpr std::size_t rrsig_fixed = 18;  // RRSIG RDATA before the signer's name (RFC 4034 §3.1)

std::uint32_t number(const Bytes& octets, std::size_t at, std::size_t size) {
    std::uint32_t value = 0;
    for (std::size_t i = at; i < at + size; ++i)
        value = value << 8 | octets.at(i);
    return value;
}

void append(Bytes& octets, std::uint32_t value, std::size_t size) {
    for (std::size_t i = size; i-- > 0;)
        octets.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

void append(Bytes& octets, const Bytes& more) {
    octets.insert(octets.end(), more.begin(), more.end());
}

dnssec_binary_t view(const Bytes& octets) {
    return {octets.size(), const_cast<std::uint8_t*>(octets.data())};
}

using RRsets = std::map<std::pair<Bytes, std::uint16_t>, SignedRRset>;

void take_record(zs_scanner_t* scanner) {
    auto& rrsets = *static_cast<RRsets*>(scanner->process.data);
    const Bytes owner(scanner->r_owner, scanner->r_owner + scanner->r_owner_length);
    const Bytes rdata(scanner->r_data, scanner->r_data + scanner->r_data_length);
    const bool is_signature = scanner->r_type == type_rrsig;
    const auto type =
        is_signature ? static_cast<std::uint16_t>(number(rdata, 0, 2)) : scanner->r_type;
    SignedRRset& rrset = rrsets[{owner, type}];
    rrset.owner = owner;
    rrset.type = type;
    rrset.ttl = scanner->r_ttl;
    (is_signature ? rrset.signatures : rrset.rdatas).push_back(rdata);
}

std::size_t name_length(const Bytes& octets, std::size_t at) {
    std::size_t end = at;
    while (octets.at(end) != 0)
        end += 1 + octets[end];
    return end + 1 - at;
}

/// What an RRSIG signs (RFC 4034 §3.1.8.1). A wildcard's owner stands as it is in the zone.
Bytes signed_octets(const SignedRRset& rrset, const Bytes& rrsig) {
    Bytes octets(rrsig.begin(), rrsig.begin() + static_cast<std::ptrdiff_t>(
                                                    rrsig_fixed + name_length(rrsig, rrsig_fixed)));
    for (const Bytes& rdata : rrset.rdatas) {
        append(octets, rrset.owner);
        append(octets, rrset.type, 2);
        append(octets, class_in, 2);
        append(octets, number(rrsig, 4, 4), 4);
        append(octets, static_cast<std::uint32_t>(rdata.size()), 2);
        append(octets, rdata);
    }
    return octets;
}

using Key = std::unique_ptr<dnssec_key_t, decltype(&dnssec_key_free)>;

Key read_key(const Bytes& dnskey, const Bytes& owner) {
    dnssec_key_t* made = nullptr;
    REQUIRE(dnssec_key_new(&made) == DNSSEC_EOK);
    Key key(made, dnssec_key_free);
    const auto rdata = view(dnskey);
    REQUIRE(dnssec_key_set_dname(made, owner.data()) == DNSSEC_EOK);
    REQUIRE(dnssec_key_set_rdata(made, &rdata) == DNSSEC_EOK);
    return key;
}

bool verify(const SignedRRset& rrset, const Bytes& rrsig, const Bytes& dnskey) {
    const Key key = read_key(dnskey, rrset.owner);
    if (dnssec_key_get_algorithm(key.get()) != rrsig[2] ||
        dnssec_key_get_keytag(key.get()) != number(rrsig, 16, 2))
        return false;
    dnssec_sign_ctx_t* made = nullptr;
    REQUIRE(dnssec_sign_new(&made, key.get()) == DNSSEC_EOK);
    const std::unique_ptr<dnssec_sign_ctx_t, decltype(&dnssec_sign_free)> context(made,
                                                                                  dnssec_sign_free);
    const Bytes message = signed_octets(rrset, rrsig);
    const Bytes signature(
        rrsig.begin() + static_cast<std::ptrdiff_t>(rrsig_fixed + name_length(rrsig, rrsig_fixed)),
        rrsig.end());
    const auto message_view = view(message), signature_view = view(signature);
    REQUIRE(dnssec_sign_add(made, &message_view) == DNSSEC_EOK);
    return dnssec_sign_verify(made, false, &signature_view) == DNSSEC_EOK;
}

bool verify_once(const SignedRRset& rrset, const Bytes& rrsig, const Bytes& dnskey) {
    static std::map<std::tuple<std::vector<Bytes>, Bytes, Bytes>, bool> known;
    const auto [at, is_new] = known.try_emplace({rrset.rdatas, rrsig, dnskey}, false);
    if (is_new)
        at->second = verify(rrset, rrsig, dnskey);
    return at->second;
}

}  // namespace

std::string SignedRRset::name() const {
    std::string text;
    for (std::size_t at = 0; owner.at(at) != 0; at += 1 + owner[at])
        text += std::string(owner.begin() + static_cast<std::ptrdiff_t>(at) + 1,
                            owner.begin() + static_cast<std::ptrdiff_t>(at) + 1 + owner[at]) +
                ".";
    return fmt::format("{} type {}", text, type);
}

std::vector<SignedRRset> read_rrsets(const std::filesystem::path& file) {
    const auto scanner = std::make_unique<zs_scanner_t>();
    RRsets found;
    REQUIRE(zs_init(scanner.get(), ".", class_in, 0) == 0);
    REQUIRE(zs_set_input_file(scanner.get(), file.c_str()) == 0);
    REQUIRE(zs_set_processing(scanner.get(), take_record, nullptr, &found) == 0);
    const bool good = zs_parse_all(scanner.get()) == 0 && scanner->error.counter == 0;
    zs_deinit(scanner.get());
    INFO(file.string());
    REQUIRE(good);
    std::vector<SignedRRset> rrsets;
    for (auto& [key, rrset] : found) {
        std::sort(rrset.rdatas.begin(), rrset.rdatas.end());
        rrsets.push_back(std::move(rrset));
    }
    return rrsets;
}

bool is_signed_by(const SignedRRset& rrset, const Bytes& dnskey, Time now) {
    const auto at = now.time_since_epoch().count();
    return std::any_of(rrset.signatures.begin(), rrset.signatures.end(), [&](const Bytes& rrsig) {
        const bool in_time = number(rrsig, 12, 4) <= at && at <= number(rrsig, 8, 4);
        return in_time && verify_once(rrset, rrsig, dnskey);
    });
}

bool is_ds_of(const Bytes& ds, const Bytes& owner, const Bytes& dnskey) {
    const Key key = read_key(dnskey, owner);
    dnssec_binary_t made{};
    REQUIRE(dnssec_key_create_ds(key.get(), static_cast<dnssec_key_digest_t>(ds.at(3)), &made) ==
            DNSSEC_EOK);
    const bool same = Bytes(made.data, made.data + made.size) == ds;
    dnssec_binary_free(&made);
    return same;
}

std::uint8_t algorithm_of_dnskey(const Bytes& dnskey) {
    return dnskey.at(3);
}

std::uint8_t algorithm_of_ds(const Bytes& ds) {
    return ds.at(2);
}

}  // namespace kaspar::test
