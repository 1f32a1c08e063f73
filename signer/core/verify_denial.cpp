// Which kind of denial the zone has.
#include <fmt/format.h>

#include "signer/core/verify_nsec3.h"
#include "signer/core/zone_parts.h"

namespace kaspar::signer::verification {

namespace {

/// What a zone holds whose apex does not tell.
struct Survey {
    bool any_nsec = false, any_nsec3 = false;
    std::optional<Nsec3Hashing> first;  ///< of the NSEC3 record with the lowest hash
};

void survey_node(const Zone& zone, const Node& node, BytesView apex, Survey& survey) {
    survey.any_nsec = survey.any_nsec || zone.find(node, rr::nsec) != nullptr;
    const auto* nsec3 = zone.find(node, rr::nsec3);
    if (nsec3 == nullptr)
        return;
    survey.any_nsec3 = true;
    const auto record = read_nsec3(zone.rdata(*nsec3, 0));
    if (survey.first || !record || !owner_hash(zone.owner(node), apex))
        return;
    const auto& parameters = record->parameters;
    survey.first = {parameters.iterations, {parameters.salt.begin(), parameters.salt.end()}};
}

Result<Survey> survey_zone(const ZoneParts& parts) {
    Survey survey;
    for (std::size_t i = 0; i < parts.count(); ++i) {
        KASPAR_TRY(const auto part, parts.part(i));
        for (const auto& node : part->nodes())
            survey_node(*part, node, parts.apex().wire(), survey);
    }
    return survey;
}

void inspect_nsec3param(const Apex& apex, const RRset& rrset, const Nsec3Parameters& parameters,
                        Findings& findings) {
    const auto problem = [&](std::string words) {
        findings.problem(apex.name(), rr::nsec3param, std::move(words));
    };
    const auto warning = [&](std::string words) {
        findings.warning(apex.name(), rr::nsec3param, std::move(words));
    };
    if (rrset.record_count > 1)
        problem(
            fmt::format("there are {} NSEC3PARAM records, and must be one", rrset.record_count));
    if (parameters.hash != nsec3_hash_sha1)
        problem(fmt::format("hash algorithm {} is unknown (RFC 5155 §11)", parameters.hash));
    if (parameters.flags != 0)
        problem(fmt::format("its flags are {}, and must be 0 (RFC 5155 §4.1.2)", parameters.flags));
    if (parameters.iterations > 0)
        warning(
            fmt::format("{} extra iterations: resolvers may treat the zone as insecure; RFC "
                        "9276 wants 0",
                        parameters.iterations));
    if (!parameters.salt.empty())
        warning("a salt is of no use (RFC 9276 §3.1)");
}

/// False: there is none that is any good.
bool read_hashing(Apex& apex, const RRset& rrset, Findings& findings) {
    const auto parameters = read_nsec3param(apex.part->rdata(rrset, 0));
    if (!parameters) {
        findings.problem(apex.name(), rr::nsec3param, "malformed RDATA");
        return false;
    }
    inspect_nsec3param(apex, rrset, *parameters, findings);
    apex.hashing = {parameters->iterations, {parameters->salt.begin(), parameters->salt.end()}};
    return true;
}

void inspect_algorithms(const Apex& apex, Findings& findings) {
    for (const auto algorithm : apex.algorithms)
        if (!facts(algorithm).nsec3)
            findings.problem(apex.name(), rr::nsec3param,
                             fmt::format("algorithm {} goes with NSEC only (RFC 5155 §2)",
                                         facts(algorithm).mnemonic));
}

}  // namespace

Outcome decide_denial(Apex& apex, Findings& findings) {
    const auto* nsec3param = apex.find(rr::nsec3param);
    if (nsec3param == nullptr && apex.find(rr::nsec) != nullptr) {
        apex.denial = Denial::nsec;
        return Done{};
    }
    if (nsec3param != nullptr && read_hashing(apex, *nsec3param, findings)) {
        apex.denial = Denial::nsec3;
        inspect_algorithms(apex, findings);
        return Done{};
    }
    // To be able to tell what else is wrong.
    KASPAR_TRY(auto survey, survey_zone(apex.request.zone));
    if (survey.any_nsec3 || (survey.any_nsec && nsec3param != nullptr))
        apex.denial = Denial::nsec3;
    else
        apex.denial = survey.any_nsec ? Denial::nsec : Denial::none;
    apex.hashing = std::move(survey.first);
    if (apex.denial != Denial::nsec3)
        return Done{};
    inspect_algorithms(apex, findings);
    if (nsec3param == nullptr)
        findings.problem(
            apex.name(), rr::nsec3param,
            "there is no NSEC3PARAM record: name servers cannot use the NSEC3 records (RFC "
            "5155 §7.1)");
    return Done{};
}

}  // namespace kaspar::signer::verification
