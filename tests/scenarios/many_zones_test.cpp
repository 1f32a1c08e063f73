// Many zones, some of them broken: one bad zone never stops another, never harms its own last
// output, and never expires; and nothing is done that need not be done.
#include "tests/scenarios/many_zones.h"

namespace many_zones_test {

using namespace kaspar;
using namespace kaspar::test;
using namespace kaspar::test::many_zones;
using namespace std::chrono_literals;

namespace {

constexpr auto wrong_address = "wrong A    192.0.2.256\n";  // line 6 of a zone file

std::vector<std::string> ten_names() {
    std::vector<std::string> names;
    for (int number = 0; number < 10; ++number)
        names.push_back(fmt::format("zone{}.example", number));
    return names;
}

constexpr auto with_syntax_error = "zone2.example", missing = "zone5.example",
               without_soa = "zone8.example";

bool is_broken(const std::string& zone) {
    return zone == with_syntax_error || zone == missing || zone == without_soa;
}

/// One zone has a syntax error, one's file is missing, one has no SOA record.
void break_three(const ManyZones& zones) {
    zones.site.write(with_syntax_error, std::string(good_zone) + wrong_address);
    std::filesystem::remove(zones.site / missing);
    zones.site.write(without_soa, "$TTL 3600\n@ NS ns.example.net.\nwww A 192.0.2.1\n");
}

/// The three are told of by name, with file, and line where there is one.
void check_three_are_told(const ManyZones& zones, const std::string& words) {
    const auto file = [&](const std::string& zone) { return (zones.site / zone).string(); };
    check_names(words, {std::string(with_syntax_error) + ": " + file(with_syntax_error) + ":6: ",
                        std::string(missing) + ": " + file(missing) + ": ",
                        std::string(without_soa) + ": " + file(without_soa) + ": "});
}

/// The file of one of a zone's keys, in the installation's folder.
std::string key_file_of(const ManyZones& zones, const std::string& zone) {
    const auto listed = zones.site.kaspar({"key", "list", zone, "--json"});
    expect(listed);
    const auto keys = nlohmann::json::parse(listed.output);
    return "keys/" + keys.at(0).at("locator").get<std::string>() + ".p8";
}

/// An instruction altered in one field, its seal left as it was.
std::string with_zonemd(std::string instruction) {
    const std::string without = "\"zonemd\": false";
    REQUIRE(instruction.find(without) != std::string::npos);
    return instruction.replace(instruction.find(without), without.size(), "\"zonemd\": true");
}

}  // namespace

TEST_CASE("of ten new zones with three broken ones, seven are signed and three reported",
          "[many]") {
    ManyZones zones(ten_names());
    break_three(zones);
    const auto run = zones.site.signer();
    expect(run, 1);
    check_three_are_told(zones, run.errors);
    for (const auto& name : zones.names()) {
        INFO(name);
        CHECK(zones.is_signed(name) == !is_broken(name));
        CHECK(zones.last_outcome(name) ==
              (is_broken(name) ? RunOutcome::refused : RunOutcome::published));
        CHECK(zones.site.report(name).publication.has_value() == !is_broken(name));
        CHECK((run.errors.find(name) != std::string::npos) == is_broken(name));
    }

    const auto health = zones.site.kaspar({"health"});
    CHECK(health.status == 1);
    check_names(health.output + health.errors, {with_syntax_error, missing, without_soa});

    // Once mended, only the three have work to do, and all is well.
    for (const auto& name : {with_syntax_error, missing, without_soa})
        zones.site.write(name, good_zone);
    for (const auto& [name, told] : zones.sign(0)) {
        INFO(name);
        CHECK(told["outcome"] == (is_broken(name) ? "published" : "unchanged"));
    }
    expect(zones.site.enforcer());
    expect(zones.site.kaspar({"health"}));
    for (const auto& name : zones.names())
        zones.verify(name, first_day + 1h);
}

TEST_CASE("a zone that breaks stays as it was, byte for byte, and is kept alive before it expires",
          "[many]") {
    ManyZones zones(ten_names());
    zones.sign(0);
    std::map<std::string, std::string> before;
    std::map<std::string, Place> place;
    for (const auto& name : zones.names()) {
        before[name] = zones.output(name);
        place[name] = place_of(zones.site / (name + ".signed"));
    }
    break_three(zones);
    for (const auto day : {24h, 48h}) {
        zones.site.set_time(first_day + day);
        const auto run = zones.site.signer();
        expect(run, 1);
        check_three_are_told(zones, run.errors);
        for (const auto& name : zones.names()) {
            INFO(name);
            check_names(run.output, {name + (is_broken(name) ? ": refused; " : ": unchanged, ")});
            CHECK(zones.output(name) == before[name]);
            CHECK(place_of(zones.site / (name + ".signed")) == place[name]);
        }
    }

    // Eight days on, every signature has less than its seven days left.
    const Time later = first_day + 8 * 24h;
    zones.site.set_time(later);
    const auto told = zones.sign(1);
    for (const auto& name : zones.names()) {
        INFO(name);
        CHECK(told.at(name)["outcome"] == (is_broken(name) ? "kept-alive" : "published"));
        CHECK(told.at(name)["errors"].empty() == !is_broken(name));
        const auto report = zones.site.report(name);
        REQUIRE(report.publication.has_value());
        CHECK(report.publication->first_expiry > later + 13 * 24h);
        CHECK(zones.output(name) != before[name]);
        check_names(zones.output(name), {"192.0.2.1\n", "192.0.2.2\n"});
    }

    // Nothing more is due, and the three are still told of.
    const auto again = zones.sign(1);
    for (const auto& name : zones.names())
        CHECK(again.at(name)["outcome"] == (is_broken(name) ? "refused" : "unchanged"));

    // Past the first expiry, all are as good as new.
    for (const auto& name : zones.names())
        zones.verify(name, first_day + 18 * 24h);
}

TEST_CASE("a zone kept alive takes a mended input up at once", "[many]") {
    ManyZones zones({"one.example"});
    zones.sign(0);
    zones.site.write("one.example", std::string(good_zone) + wrong_address);
    zones.site.set_time(first_day + 8 * 24h);
    CHECK(zones.sign(1).at("one.example")["outcome"] == "kept-alive");
    zones.site.write("one.example", std::string(good_zone) + "mended A 192.0.2.9\n");
    const auto told = zones.sign(0).at("one.example");
    CHECK(told["outcome"] == "published");
    // The record, its NSEC, the NSEC before it, and the SOA.
    CHECK(told["signatures_made"] == 4);
    CHECK(zones.output("one.example").find("192.0.2.9\n") != std::string::npos);
}

TEST_CASE("a second run with nothing to do writes nothing and says so", "[many]") {
    ManyZones zones({"one.example", "other.example"});
    zones.sign(0);
    const auto output = place_of(zones.site / "one.example.signed");
    const auto publication = zones.site.report("one.example").publication;
    zones.site.set_time(first_day + 24h);
    const auto run = zones.site.signer();
    expect(run);
    CHECK(run.errors.empty());
    check_names(run.output, {"one.example: unchanged", "other.example: unchanged"});
    CHECK(place_of(zones.site / "one.example.signed") == output);
    CHECK(zones.site.report("one.example").publication == publication);
    CHECK(zones.sign(0).at("one.example")["signatures_made"] == 0);

    // An input written again with the same content is no change either.
    zones.site.write("one.example", good_zone);
    CHECK(zones.sign(0).at("one.example")["outcome"] == "unchanged");
    CHECK(place_of(zones.site / "one.example.signed") == output);
}

TEST_CASE("a change of the input signs only what it must", "[many]") {
    ManyZones zones({"one.example"});
    const std::string zone = "one.example";
    zones.sign(0);
    const auto all = zones.site.report(zone).publication->signatures;
    // DNSKEY, SOA, NS, two addresses, three NSEC; no CDS yet.
    REQUIRE(all == 8);

    const auto changed_to = [&](const std::string& text, unsigned made, unsigned reused) {
        const auto serial = zones.site.report(zone).publication->serial;
        zones.site.write(zone, text);
        const auto told = zones.sign(0).at(zone);
        INFO(told.dump(2));
        CHECK(told["outcome"] == "published");
        CHECK(told["signatures_made"] == made);
        CHECK(told["signatures_reused"] == reused);
        const auto publication = zones.site.report(zone).publication;
        CHECK(publication->signatures_made == made);
        CHECK(publication->signatures_reused == reused);
        CHECK(publication->serial > serial);
    };
    const std::string text = good_zone;
    // An address: it and the SOA, whose serial grows.
    auto other_address = text;
    other_address.replace(other_address.find("192.0.2.2"), 9, "192.0.2.7");
    changed_to(other_address, 2, 6);
    // A name more: its address and NSEC, the NSEC before it, the SOA.
    changed_to(other_address + "new A 192.0.2.8\n", 4, 6);
    // The name is gone again: the NSEC before it, the SOA.
    changed_to(other_address, 2, 6);
    // A type more at a name: it, the NSEC there, the SOA.
    changed_to(other_address + "www TXT \"more\"\n", 3, 6);
    // A TTL alone.
    auto other_ttl = other_address + "www TXT \"more\"\n";
    other_ttl.replace(other_ttl.find("mail  A"), 7, "mail 60 A");
    changed_to(other_ttl, 2, 7);
    zones.verify(zone, first_day + 1h);
}

TEST_CASE("the zone nearest to its expiry goes first", "[many]") {
    ManyZones zones({"a.example", "b.example", "c.example"});
    expect(zones.site.signer({"--zone", "c.example"}));
    zones.site.set_time(first_day + 48h);
    expect(zones.site.signer({"--zone", "a.example"}));
    zones.site.set_time(first_day + 24h);
    expect(zones.site.signer({"--zone", "b.example"}));
    zones.site.set_time(first_day + 9 * 24h);
    const auto run = zones.site.signer();
    expect(run);
    const auto place = [&](const std::string& zone) { return run.output.find(zone + ": "); };
    INFO(run.output);
    CHECK(place("c.example") < place("b.example"));
    CHECK(place("b.example") < place("a.example"));
    CHECK(place("a.example") != std::string::npos);
}

TEST_CASE("a bad key, instruction or output folder of one zone stops no other", "[many]") {
    ManyZones zones({"good.example", "key.example", "instruction.example"});
    std::filesystem::create_directory(zones.site / "folder");
    zones.site.write("folder.example", good_zone);
    expect(zones.site.kaspar({"zone", "add", "folder.example", "--policy", "test", "--input",
                              zones.site / "folder.example", "--output",
                              zones.site / "folder" / "signed"}));
    expect(zones.site.enforcer());
    zones.sign(0);
    const auto key = zones.output("key.example"), folder = zones.site.read("folder/signed");

    const auto key_name = key_file_of(zones, "key.example");
    const auto key_text = zones.site.read(key_name);
    zones.site.write(key_name, key_text.substr(0, key_text.size() / 2));
    const auto instruction_name = "state/instructions/instruction.example";
    const auto instruction_text = zones.site.read(instruction_name);
    zones.site.write(instruction_name, with_zonemd(instruction_text));
    std::filesystem::rename(zones.site / "folder", zones.site / "elsewhere");

    zones.site.set_time(first_day + 8 * 24h);
    const auto run = zones.site.signer();
    expect(run, 1);
    check_names(run.output, {"good.example: published ", "key.example: refused; ",
                             "instruction.example: kept alive ", "folder.example: refused; "});
    check_names(run.errors, {"key.example: key ", (zones.site / key_name).string() + ": ",
                             "instruction.example: " + (zones.site / instruction_name).string(),
                             "folder.example: ", (zones.site / "folder").string()});
    CHECK(run.errors.find("good.example") == std::string::npos);
    CHECK(zones.output("key.example") == key);
    CHECK(zones.output("instruction.example").find("ZONEMD") == std::string::npos);
    CHECK(zones.site.read("elsewhere/signed") == folder);

    zones.site.write(key_name, key_text);
    zones.site.write(instruction_name, instruction_text);
    std::filesystem::rename(zones.site / "elsewhere", zones.site / "folder");
    const auto mended = zones.sign(0);
    for (const auto* name : {"key.example", "folder.example"})
        CHECK(mended.at(name)["outcome"] == "published");
    for (const auto* name : {"good.example", "instruction.example"})
        CHECK(mended.at(name)["outcome"] == "unchanged");
}

TEST_CASE("of many zones, those in which nothing is due are told of in one line", "[many]") {
    std::vector<std::string> names;
    for (int number = 0; number < 21; ++number)
        names.push_back(fmt::format("zone{}.example", number));
    ManyZones zones(names);
    zones.sign(0);
    const auto all = zones.site.signer();
    expect(all);
    check_names(all.output, {"21 zones unchanged; zone", ".example: first expiry 2026-12-"});
    CHECK(std::count(all.output.begin(), all.output.end(), '\n') == 1);

    zones.site.write("zone3.example", std::string(good_zone) + "new A 192.0.2.8\n");
    const auto run = zones.site.signer();
    expect(run);
    check_names(run.output, {"zone3.example: published ", "\n20 zones unchanged; "});
    CHECK(zones.sign(0).size() == 21);
    const auto one = zones.site.signer({"--zone", "zone4.example"});
    expect(one);
    check_names(one.output, {"zone4.example: unchanged, serial "});
}

TEST_CASE("without its notes of what is due when, the signer does the same", "[many]") {
    ManyZones zones({"one.example", "other.example"});
    zones.sign(0);
    const auto output = zones.output("one.example");
    const auto told = zones.sign(0);
    zones.site.write("state/executed/.due", "Kaspar due index 1\nnonsense");
    CHECK(zones.sign(0) == told);
    std::filesystem::remove(zones.site / "state/executed/.due");
    CHECK(zones.sign(0) == told);
    CHECK(zones.sign(0) == told);
    CHECK(zones.output("one.example") == output);
}

TEST_CASE("a roll goes on while the input is broken", "[many]") {
    ManyZones zones({"one.example"});
    zones.sign(0);
    expect(zones.site.enforcer());
    zones.site.write("one.example", std::string(good_zone) + wrong_address);
    CHECK(zones.sign(1).at("one.example")["outcome"] == "refused");
    zones.site.set_time(first_day + 48h);
    expect(zones.site.enforcer());
    expect(zones.site.kaspar({"ds", "seen", "one.example"}));
    expect(zones.site.kaspar({"key", "roll", "one.example", "--role", "zsk"}));
    expect(zones.site.enforcer());
    const auto told = zones.sign(1).at("one.example");
    INFO(told.dump(2) << zones.site.kaspar({"status", "one.example"}).output);
    CHECK(told["outcome"] == "kept-alive");
    const auto report = zones.site.report("one.example");
    CHECK(report.publication->dnskeys.size() == 3);
    CHECK(report.publication->generation == report.last_run.generation);
    expect(zones.site.enforcer());
    zones.verify("one.example", first_day + 49h);
}

TEST_CASE("a zone whose input is broken and whose output is lost is told of, and begins anew",
          "[many]") {
    ManyZones zones({"one.example", "other.example"});
    zones.sign(0);
    const auto serial = zones.site.report("one.example").publication->serial;
    std::filesystem::remove(zones.site / "one.example.signed");
    zones.site.write("one.example", std::string(good_zone) + wrong_address);
    zones.site.set_time(first_day + 8 * 24h);
    const auto told = zones.sign(1);
    CHECK(told.at("one.example")["outcome"] == "refused");
    check_names(told.at("one.example")["errors"].dump(),
                {"one.example:6: ", "cannot be kept alive", "one.example.signed"});
    CHECK(told.at("other.example")["outcome"] == "published");
    CHECK_FALSE(zones.is_signed("one.example"));

    zones.site.write("one.example", good_zone);
    CHECK(zones.sign(0).at("one.example")["outcome"] == "published");
    CHECK(zones.site.report("one.example").publication->serial > serial);
    zones.verify("one.example", first_day + 9 * 24h);
}

}  // namespace many_zones_test
