// Zones in parts: wherever a zone is parted, and however many threads inspect it, the verifier says
// what it says of the whole; and it sees what is wrong between two parts.
#include <algorithm>
#include <random>

#include "signer/core/verifier.h"
#include "tests/support/catch.h"
#include "tests/support/peer_signer.h"
#include "tests/support/split_zone.h"

namespace verifier_parts_test {

using namespace kaspar;
using namespace kaspar::signer;
using namespace kaspar::test;

namespace {

/// Deep names, and empty non-terminals above names of every kind: authoritative, delegated with and
/// without DS, alone and among others, one below another.
constexpr const char* deep_names =
    "a.one.deep A 192.0.2.1\n"
    "b.one.deep A 192.0.2.1\n"
    "c.one.deep NS ns.elsewhere.test.\n"
    "a.b.c.d.two.deep TXT text\n"
    "z.c.d.two.deep NS ns.elsewhere.test.\n"
    "named TXT text\n"
    "a.named A 192.0.2.1\n"
    "b.named A 192.0.2.1\n"
    "x.y.b.named A 192.0.2.1\n"
    "a.lone.weak NS ns.elsewhere.test.\n"
    "b.lone.weak NS ns.b.lone.weak\n"
    "ns.b.lone.weak A 192.0.2.1\n"
    "a.other.weak NS ns.elsewhere.test.\n"
    "b.other.weak DNAME elsewhere.test.\n";

VerificationRequest request_for(const ZoneParts& parts, unsigned threads = 2) {
    return {
        .zone = parts, .now = while_valid(), .make_verifier = make_verifier, .threads = threads};
}

std::string told_of(const ZoneParts& parts, unsigned threads = 2) {
    return told(verified(request_for(parts, threads)));
}

bool tells(const VerificationResult& result, const std::string& owner, const std::string& words) {
    return std::any_of(result.problems.begin(), result.problems.end(), [&](const Problem& problem) {
        return problem.owner == owner && problem.words.find(words) != std::string::npos;
    });
}

/// Each start is taken or not, by a throw of the dice.
std::vector<std::size_t> some_of(const std::vector<std::size_t>& starts, unsigned seed) {
    std::mt19937 dice(seed);
    const auto every = 1 + dice() % 6;
    std::vector<std::size_t> some;
    for (const auto start : starts)
        if (dice() % every == 0)
            some.push_back(start);
    return some;
}

/// The zone, whole and in parts of every size, is told of alike.
void check_alike(const Zone& zone) {
    const auto starts = lawful_starts(zone);
    const auto whole = told_of(WholeZone(zone));
    CHECK(told_of(SplitZone(zone, starts)) == whole);
    for (unsigned seed = 0; seed < 20; ++seed) {
        INFO("seed " << seed);
        CHECK(told_of(SplitZone(zone, some_of(starts, seed)), 1 + seed % 3) == whole);
    }
}

/// Without the records that the condition picks.
TextZone without(TextZone text, const std::function<bool(const TextRecord&)>& picks) {
    std::erase_if(text.records(), picks);
    return text;
}

const TextZone& deep_zone(Denial denial) {
    static const TextZone zones[] = {sign_with_bind({13}, Denial::nsec, deep_names),
                                     sign_with_bind({13}, Denial::nsec3, deep_names),
                                     sign_with_bind({13}, Denial::opt_out, deep_names)};
    return zones[static_cast<int>(denial)];
}

}  // namespace

TEST_CASE("a good zone is good in parts", "[verifier][parts]") {
    const auto denial = GENERATE(Denial::nsec, Denial::nsec3, Denial::opt_out);
    const auto zone = deep_zone(denial).zone();
    CHECK(verified(request_for(SplitZone(zone, lawful_starts(zone)))).good());
    check_alike(zone);
}

TEST_CASE("each part adds its octets to the zone's digest", "[verifier][parts]") {
    const auto text = sign_with_ldns(13, "-z simple:sha384");
    const auto zone = text.zone();
    CHECK(verified(request_for(SplitZone(zone, lawful_starts(zone)))).good());
    check_alike(zone);
    auto other = text;
    other.at("ns.secure", "A").rdata[0] = "192.0.2.200";  // glue: no signature tells
    const auto changed = other.zone();
    const auto result = verified(request_for(SplitZone(changed, lawful_starts(changed))));
    CHECK(result.problem_count == 1);
    CHECK(tells(result, "example", "is not that of the zone"));
}

TEST_CASE("each NSEC3 that is missing is told alike, wherever its names are", "[verifier][parts]") {
    const auto denial = GENERATE(Denial::nsec3, Denial::opt_out);
    auto text = deep_zone(denial);
    std::vector<std::string> owners;
    for (const auto& record : text.records())
        if (record.type == "NSEC3")
            owners.push_back(record.owner);
    for (const auto& owner : owners) {
        const auto zone =
            without(text, [&](const TextRecord& record) { return record.owner == owner; }).zone();
        const auto whole = verified(request_for(WholeZone(zone)));
        CHECK(whole.problem_count >= 2);  // the chain, and the name
        CHECK(told_of(SplitZone(zone, lawful_starts(zone))) == told(whole));
    }
}

namespace {

bool is_empty_nsec3(const TextRecord& record) {
    return record.type == "NSEC3" && record.rdata.size() == 5;  // no types
}

/// Every NSEC3 says opt-out, and no name is left out.
TextZone opt_out_that_leaves_nothing_out() {
    auto text = deep_zone(Denial::nsec3);
    for (auto& record : text.records())
        if (record.type == "NSEC3")
            record.rdata[1] = "1";
    return text;
}

/// Owners of the problems with these words.
std::vector<std::string> owners_told(const VerificationResult& result, const std::string& words) {
    std::vector<std::string> owners;
    for (const auto& problem : result.problems)
        if (problem.words.find(words) != std::string::npos)
            owners.push_back(problem.owner);
    return owners;
}

}  // namespace

TEST_CASE("above a delegation that opt-out does not leave out, nothing is left out",
          "[verifier][parts]") {
    const auto text = opt_out_that_leaves_nothing_out();
    auto records = text;
    std::size_t empty = 0;
    for (const auto& gone : records.records()) {
        if (!is_empty_nsec3(gone))
            continue;
        ++empty;
        const auto zone = without(text, [&](const TextRecord& record) {
                              return is_empty_nsec3(record) && record.owner == gone.owner;
                          }).zone();
        const auto result = verified(request_for(SplitZone(zone, lawful_starts(zone))));
        INFO(gone.line());
        CHECK(owners_told(result, "this empty non-terminal has no NSEC3 record").size() == 1);
    }
    CHECK(empty >= 10);
}

TEST_CASE("empty non-terminals are told of from the top down", "[verifier][parts]") {
    const auto zone = without(deep_zone(Denial::nsec3), is_empty_nsec3).zone();
    const auto result = verified(request_for(SplitZone(zone, lawful_starts(zone))));
    const auto owners = owners_told(result, "this empty non-terminal has no NSEC3 record");
    const std::vector<std::string> below_two = {"two.deep.example", "d.two.deep.example",
                                                "c.d.two.deep.example", "b.c.d.two.deep.example"};
    CHECK(std::search(owners.begin(), owners.end(), below_two.begin(), below_two.end()) !=
          owners.end());
    check_alike(zone);
}

TEST_CASE("a zone whose apex does not tell its kind of denial is read for it",
          "[verifier][parts]") {
    const auto denial = GENERATE(Denial::nsec, Denial::nsec3);
    const auto zone = without(deep_zone(denial), [](const TextRecord& record) {
                          return record.owner == "example." &&
                                 (record.type == "NSEC" || record.type == "NSEC3PARAM");
                      }).zone();
    const auto whole = verified(request_for(WholeZone(zone)));
    CHECK_FALSE(whole.good());
    CHECK_FALSE(tells(whole, "example", "neither NSEC nor NSEC3"));
    check_alike(zone);
}

TEST_CASE("a link that is broken where two parts meet is found", "[verifier][parts]") {
    const auto denial = GENERATE(Denial::nsec, Denial::nsec3);
    const std::string type = denial == Denial::nsec ? "NSEC" : "NSEC3";
    const std::size_t next = denial == Denial::nsec ? 0 : 4;
    auto text = deep_zone(denial);
    const auto intact = text.zone();
    const SplitZone parts(intact, lawful_starts(intact));
    REQUIRE(verified(request_for(parts)).good());
    for (std::size_t i = 0; i < text.records().size(); ++i) {
        auto& record = text.records()[i];
        if (record.type != type)
            continue;
        const auto right = record.rdata[next];
        record.rdata[next] =
            denial == Denial::nsec ? "zzz.example." : "00000000000000000000000000000000";
        const auto zone = text.zone();
        const auto result = verified(request_for(SplitZone(zone, lawful_starts(zone))));
        INFO(record.owner);
        CHECK(
            tells(result, record.owner.substr(0, record.owner.size() - 1), "the chain is broken"));
        text.records()[i].rdata[next] = right;
    }
}

TEST_CASE("a part that begins below a delegation or DNAME of another is told",
          "[verifier][parts]") {
    const auto denial = GENERATE(Denial::nsec, Denial::nsec3);
    auto text = deep_zone(denial);
    text.add("below.b.other.weak 3600 TXT text");
    const auto zone = text.zone();
    REQUIRE(verified(request_for(WholeZone(zone))).good());
    for (const char* owner : {"ns.secure", "ns.b.lone.weak", "below.b.other.weak"}) {
        INFO(owner);
        const auto result = verified(request_for(SplitZone::at_owners(zone, {owner})));
        CHECK(tells(result, std::string(owner) + ".example", "this is an error in Kaspar"));
        CHECK_FALSE(result.good());
    }
}

TEST_CASE("what is hidden stays with what hides it, however much it is", "[verifier][parts]") {
    auto text = deep_zone(GENERATE(Denial::nsec, Denial::nsec3));
    for (const std::string cut : {"a.lone.weak", "b.other.weak"})
        for (int i = 0; i < 600; ++i) {
            const auto name = "h" + std::to_string(i) + "." + cut;
            text.add(name + " 3600 NS ns.elsewhere.test.");  // a cut below a cut is none
            text.add("ns." + name + " 3600 A 192.0.2.1");
        }
    const auto zone = text.zone();
    CHECK(told_of(WholeZone(zone), 1) == told_of(WholeZone(zone), 3));
    CHECK(verified(request_for(WholeZone(zone))).good());
}

TEST_CASE("parts in the wrong order are told", "[verifier][parts]") {
    const auto denial = GENERATE(Denial::nsec, Denial::nsec3, Denial::opt_out);
    const auto zone = deep_zone(denial).zone();
    auto parts = SplitZone::at_owners(zone, {"a.one.deep", "named"});
    parts.swap(1, 2);
    const auto result = verified(request_for(parts));
    CHECK(tells(result, "a.one.deep.example", "not in canonical order"));
}

TEST_CASE("a part that cannot be read is a fault, no verdict", "[verifier][parts]") {
    const auto zone = deep_zone(Denial::nsec).zone();
    const unsigned threads = GENERATE(1, 3);
    for (std::size_t lost = 0; lost < 3; ++lost) {
        auto parts = SplitZone::at_owners(zone, {"a.one.deep", "named"});
        parts.lose(lost);
        const auto result = verify(request_for(parts, threads));
        REQUIRE_FALSE(result.ok());
        CHECK(result.fault().kind == FaultClass::io);
    }
}

namespace {

TextZone large_zone(Denial denial) {
    std::string hosts;
    for (int i = 0; i < 1200; ++i)
        hosts += "h" + std::to_string(i) + (i % 3 == 0 ? ".sub" : "") + " A 192.0.2.1\n";
    auto text = sign_with_bind({15}, denial, hosts);
    for (auto& record : text.records())
        if (record.type == "A" && record.owner.find("7.example.") != std::string::npos)
            record.rdata[0] = "192.0.2.2";
    return text;
}

}  // namespace

TEST_CASE("the number of threads makes no difference, nor do the parts", "[verifier][parts]") {
    const auto denial = GENERATE(Denial::nsec, Denial::nsec3);
    const auto zone = large_zone(denial).zone();
    const auto whole = told_of(WholeZone(zone), 1);
    CHECK(whole.find("problems 80,") != std::string::npos);
    for (unsigned threads = 2; threads <= 5; ++threads)
        CHECK(told_of(WholeZone(zone), threads) == whole);
    for (unsigned seed = 0; seed < 3; ++seed)
        CHECK(told_of(SplitZone(zone, some_of(lawful_starts(zone), seed)), 1 + seed) == whole);
}

TEST_CASE("a sample is taken from each part", "[verifier][parts]") {
    const auto text = sign_with_bind({13}, Denial::nsec, [] {
        std::string hosts;
        for (int i = 0; i < 1500; ++i)
            hosts += "h" + std::to_string(i) + " A 192.0.2.1\n";
        return hosts;
    }());
    const auto zone = text.zone();
    const SplitZone parts(zone, some_of(lawful_starts(zone), 3));
    REQUIRE(parts.count() > 50);
    auto request = request_for(parts);
    request.extent = VerifyExtent::sample;
    const auto result = verified(request);
    CHECK(result.good());
    CHECK(result.signatures == 3026);
    CHECK(result.signatures_checked >= 500);
    CHECK(result.signatures_checked <= 2000);
}

TEST_CASE("what stood in the last zone is not checked again, part by part", "[verifier][parts]") {
    const auto before = deep_zone(Denial::nsec).zone();
    auto text = deep_zone(Denial::nsec);
    for (const char* owner : {"Mail", "a.named", "a.one.deep"})
        text.at(owner, "A").rdata[0] = "192.0.2.77";
    const auto zone = text.zone();
    const auto starts = lawful_starts(zone);
    SplitZone last(before, some_of(lawful_starts(before), 1));
    for (unsigned seed = 0; seed < 10; ++seed) {
        const SplitZone parts(zone, some_of(starts, seed));
        auto request = request_for(parts);
        request.extent = VerifyExtent::fresh;
        request.last = &last;
        const auto result = verified(request);
        CHECK(result.signatures_checked == 3);
        CHECK(result.problem_count == 3);
        CHECK(tells(result, "a.one.deep.example", "does not verify"));
    }
    last.lose(0);
    const SplitZone parts(zone, starts);
    VerificationRequest with_lost{.zone = parts,
                                  .now = while_valid(),
                                  .make_verifier = make_verifier,
                                  .extent = VerifyExtent::fresh,
                                  .last = &last};
    CHECK_FALSE(verify(with_lost).ok());
}

}  // namespace verifier_parts_test
