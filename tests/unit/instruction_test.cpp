#include "common/formats/instruction.h"

#include <random>

#include "common/formats/report.h"
#include "tests/support/catch.h"

namespace instruction_test {

using namespace kaspar;

namespace {

/// Values from a seed, as wild as the types allow.
class Wild {
  public:
    explicit Wild(unsigned seed) : random_(seed) {}

    std::uint64_t number(std::uint64_t most = UINT64_MAX) {
        return std::uniform_int_distribution<std::uint64_t>(0, most)(random_);
    }
    bool truth() { return number(1) == 1; }
    Duration duration(std::uint64_t most = 0x7FFFFFFF) {
        return Duration(static_cast<std::int64_t>(number(most)));
    }
    Time time() { return Time(Duration(static_cast<std::int64_t>(number(0xFFFFFFFF)))); }
    Bytes octets(std::size_t size) {
        Bytes out(size);
        for (auto& octet : out)
            octet = static_cast<std::uint8_t>(number(255));
        return out;
    }
    std::string text() {
        static const std::vector<std::string> texts{"a",
                                                    "quote \" back \\ slash",
                                                    "line\nbreak",
                                                    "\xC3\xA9t\xC3\xA9",
                                                    "tab\tnul\x01",
                                                    "/x/*y*/",
                                                    "// z"};
        return texts[number(texts.size() - 1)];
    }
    std::filesystem::path path() { return "/" + text(); }
    Name name() {
        static const std::vector<std::string> names{".", "example", "Example.ORG",
                                                    "a\\.b\\000\\255.x-y_z.arpa"};
        return Name::from_text(names[number(names.size() - 1)]).value();
    }
    Dnskey dnskey() {
        return {
            static_cast<std::uint16_t>(truth() ? 257 : 256),
            {truth() ? Algorithm::ecdsap256sha256 : Algorithm::ed25519, octets(1 + number(200))}};
    }
    Ds ds() {
        return {static_cast<std::uint16_t>(number(65535)), static_cast<std::uint8_t>(number(255)),
                static_cast<std::uint8_t>(number(255)), octets(1 + number(47))};
    }
    std::string digest() { return std::string(64, truth() ? 'a' : '7'); }

    template <typename Make>
    auto list(Make make) {
        std::vector<decltype(make())> out;
        for (auto left = number(3); left > 0; --left)
            out.push_back(make());
        return out;
    }
    template <typename Make>
    auto maybe(Make make) {
        return truth() ? std::optional(make()) : std::nullopt;
    }

  private:
    std::mt19937 random_;
};

Instruction wild_instruction(Wild& wild) {
    const auto key = [&] {
        return InstructedKey{wild.dnskey(), {wild.text()}, wild.text(),
                             wild.truth(),  wild.truth(),  wild.truth()};
    };
    return {
        .zone = wild.name(),
        .generation = wild.number(),
        .issued = wild.time(),
        .input = wild.path(),
        .output = wild.path(),
        .signatures = {wild.duration(), wild.duration(), wild.duration(), wild.duration(),
                       wild.duration(), wild.duration(), wild.duration(), wild.truth()},
        .denial = {wild.truth() ? DenialType::nsec : DenialType::nsec3, wild.truth(),
                   static_cast<std::uint16_t>(wild.number(65535)), wild.octets(wild.number(9))},
        .serial = static_cast<SerialPolicy>(wild.number(3)),
        .dnskey_ttl = wild.duration(),
        .max_ttl = wild.duration(),
        .soa_minimum = wild.maybe([&] { return wild.duration(); }),
        .zonemd = wild.truth(),
        .verify = static_cast<VerifyExtent>(wild.number(2)),
        .keys = wild.list(key),
        .cds = wild.list([&] { return wild.ds(); }),
        .cdnskey = wild.list([&] { return wild.dnskey(); }),
        .cds_delete = wild.truth(),
        .foreign_dnskeys = wild.list([&] { return wild.dnskey(); }),
        .least_share = static_cast<unsigned>(wild.number(100)),
        .accepted_input = wild.maybe([&] { return wild.digest(); }),
    };
}

FileIdentity wild_file(Wild& wild) {
    return {wild.path(), wild.number(), static_cast<std::int64_t>(wild.number()), wild.number(),
            wild.digest()};
}

Publication wild_publication(Wild& wild) {
    const auto time = [&] { return wild.time(); };
    const auto text = [&] { return wild.text(); };
    return {
        .generation = wild.number(),
        .serial = static_cast<std::uint32_t>(wild.number(UINT32_MAX)),
        .input_serial = static_cast<std::uint32_t>(wild.number(UINT32_MAX)),
        .published = wild.time(),
        .dnskeys = wild.list([&] { return wild.dnskey(); }),
        .dnskey_signers = wild.list(text),
        .data_signers = wild.list([&] {
            return SignerSet{wild.list(text), wild.number()};
        }),
        .dnskey_ttl = wild.duration(),
        .largest_ttl = wild.duration(),
        .negative_ttl = wild.duration(),
        .first_expiry = wild.maybe(time),
        .first_dnskey_expiry = wild.maybe(time),
        .next_refresh = wild.maybe(time),
        .records = wild.number(),
        .signatures = wild.number(),
        .signatures_made = wild.number(),
        .signatures_reused = wild.number(),
        .signatures_verified = wild.number(),
        .inputs = wild.list([&] { return wild_file(wild); }),
        .output = wild_file(wild),
    };
}

Report wild_report(Wild& wild) {
    const auto text = [&] { return wild.text(); };
    return {wild.name(),
            {static_cast<RunOutcome>(wild.number(4)), wild.time(), wild.number(), wild.list(text),
             wild.list(text), wild.maybe([&] { return wild.digest(); })},
            wild.maybe([&] { return wild_publication(wild); })};
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    const auto at = text.find(from);
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
}

std::string fault_of(const std::string& text) {
    const auto parsed = parse_instruction("F", text);
    if (parsed.ok())
        return "";
    CHECK(parsed.fault().kind == FaultClass::state);
    return parsed.fault().words;
}

}  // namespace

TEST_CASE("an instruction read back is the same, and its text is the same octets",
          "[instruction]") {
    for (unsigned seed = 0; seed < 300; ++seed) {
        CAPTURE(seed);
        Wild wild(seed);
        const Instruction instruction = wild_instruction(wild);
        const std::string text = instruction_text(instruction);
        CHECK(text.find('\n') == std::string::npos);
        const auto read = parse_instruction("F", text);
        INFO((read.ok() ? "" : read.fault().words));
        REQUIRE(read.ok());
        CHECK(*read == instruction);
        CHECK(instruction_text(*read) == text);

        const Bytes signature = wild.octets(64);
        const auto opened = open_seal("F", seal_instruction(instruction, signature));
        REQUIRE(opened.ok());
        CHECK(opened->text == text);
        CHECK(opened->signature == signature);
    }
}

TEST_CASE("an instruction with anything missing, added or altered is refused by name",
          "[instruction]") {
    Wild wild(1);
    Instruction instruction = wild_instruction(wild);
    instruction.generation = 7;
    instruction.keys = {{wild.dnskey(), {"local"}, "00ff", true, true, false}};
    const std::string good = instruction_text(instruction);
    REQUIRE(fault_of(good).empty());
    CHECK_THAT(fault_of(replaced(good, "\"generation\":7,", "")),
               Catch::Contains("generation: is missing"));
    CHECK_THAT(fault_of(replaced(good, "\"generation\":7,", "\"generation\":-7,")),
               Catch::Contains("generation: -7 is not a whole number"));
    CHECK_THAT(fault_of(replaced(good, "\"generation\":7,", "\"generation\":7,\"generation\":8,")),
               Catch::Contains("generation: \"generation\" is here a second time"));
    CHECK_THAT(fault_of(replaced(good, "\"publish\":", "\"publsih\":")),
               Catch::Contains("keys[0].publsih: there is no such field; did you mean"));
    CHECK_THAT(fault_of(replaced(good, "\"dnskey\":\"", "\"dnskey\":\"x")),
               Catch::Contains("keys[0].dnskey: "));
    CHECK_THAT(fault_of(replaced(good, "\"input\":\"/", "\"input\":\"")),
               Catch::Contains("input: "));
    CHECK_THAT(fault_of("not JSON"), Catch::Contains("F:1:"));
}

TEST_CASE("an instruction of another format version says only that", "[instruction]") {
    Wild wild(2);
    const std::string words = fault_of(replaced(
        replaced(instruction_text(wild_instruction(wild)), "\"version\":1", "\"version\":2"),
        "\"zone\":", "\"zones\":"));
    CHECK_THAT(words, Catch::Contains("version: 2 is not a format version that this kaspar knows"));
    CHECK(words.find('\n') == std::string::npos);
}

TEST_CASE("a seal that is none is refused", "[instruction]") {
    for (const char* content :
         {"", "{}", "[]", R"({"instruction": {}})", R"({"instruction": 1, "signature": "AAAA"})",
          R"({"instruction": {}, "signature": "!"})",
          R"({"instruction": {}, "signature": "AAAA", "more": 1})",
          R"({"instruction": {"a": 1, "a": 2}, "signature": "AAAA"})"}) {
        CAPTURE(content);
        const auto opened = open_seal("F", content);
        REQUIRE_FALSE(opened.ok());
        CHECK(opened.fault().kind == FaultClass::state);
    }
}

TEST_CASE("a report read back is the same", "[report]") {
    for (unsigned seed = 0; seed < 300; ++seed) {
        CAPTURE(seed);
        Wild wild(seed);
        const Report report = wild_report(wild);
        const auto read = parse_report("F", report_text(report));
        INFO((read.ok() ? "" : read.fault().words));
        REQUIRE(read.ok());
        CHECK(*read == report);
    }
}

TEST_CASE("a damaged report is a fault that names file, place and field", "[report]") {
    Wild wild(3);
    Report report = wild_report(wild);
    report.last_run.outcome = RunOutcome::held;
    const auto damaged =
        parse_report("state/reports/x", replaced(report_text(report), "\"held\"", "\"hold\""));
    REQUIRE_FALSE(damaged.ok());
    CHECK(damaged.fault().kind == FaultClass::state);
    CHECK_THAT(damaged.fault().words, Catch::StartsWith("state/reports/x:") &&
                                          Catch::Contains("last_run.outcome") &&
                                          Catch::Contains("did you mean \"held\"?"));
}

}  // namespace instruction_test
