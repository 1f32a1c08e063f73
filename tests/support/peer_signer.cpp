#include "tests/support/peer_signer.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "signer/zonefile/reader.h"
#include "tests/support/catch.h"
#include "tests/support/command.h"
#include "tests/support/temp_folder.h"

namespace kaspar::test {

namespace fs = std::filesystem;

namespace {

constexpr const char* origin = "example.";

/// A fresh folder in which programs run.
class Workshop {
  public:
    fs::path file(const std::string& name) const { return folder_ / name; }

    void write(const std::string& name, const std::string& text) const {
        std::ofstream(file(name)) << text;
    }

    std::string read(const std::string& name) const {
        std::ifstream stream(file(name));
        REQUIRE(stream.is_open());
        std::ostringstream text;
        text << stream.rdbuf();
        return text.str();
    }

    /// Runs a shell command in the folder; returns what it prints; fails the test if it fails.
    std::string shell(const std::string& command) const {
        const auto result = run(
            {.arguments = {"sh", "-c", fmt::format("cd '{}' && {}", file("").string(), command)}});
        INFO(command << "\n" << result.errors);
        REQUIRE(result.status == 0);
        return result.output;
    }

  private:
    TempFolder folder_;
};

std::string absolute(std::string_view owner) {
    return owner.empty() ? origin : fmt::format("{}.{}", owner, origin);
}

bool is_record(const std::string& line) {
    return !line.empty() && line[0] != ';' && line[0] != '$' && line[0] != ' ';
}

TextRecord parse_record(const std::string& line) {
    std::istringstream fields(line.substr(0, line.find(" ;")));
    TextRecord record;
    std::string word;
    fields >> record.owner >> record.ttl >> record.type;
    if (record.type == "IN")
        fields >> record.type;
    while (fields >> word)
        record.rdata.push_back(word);
    return record;
}

std::string without_newline(std::string text) {
    while (!text.empty() && text.back() == '\n')
        text.pop_back();
    return text;
}

/// Base names of a new KSK and ZSK of each algorithm.
std::vector<std::string> make_keys(const Workshop& workshop, const std::vector<int>& algorithms) {
    std::vector<std::string> keys;
    for (const int algorithm : algorithms) {
        const auto make =
            fmt::format("dnssec-keygen -q -a {} {}", algorithm, algorithm == 8 ? "-b 2048 " : "");
        keys.push_back(without_newline(workshop.shell(make + "-f KSK example")));
        keys.push_back(without_newline(workshop.shell(make + "example")));
    }
    return keys;
}

std::string denial_options(Denial denial) {
    switch (denial) {
        case Denial::nsec:
            return "";
        case Denial::nsec3:
            return "-3 - -H 0";
        case Denial::opt_out:
            return "-3 - -H 0 -A";
    }
    return "";
}

}  // namespace

std::string TextRecord::kind() const {
    return type == "RRSIG" ? type + " " + rdata.at(0) : type;
}

std::string TextRecord::line() const {
    auto line = fmt::format("{} {} IN {}", owner, ttl, type);
    for (const auto& field : rdata)
        line += " " + field;
    return line + "\n";
}

TextZone TextZone::parse(const std::string& text) {
    TextZone zone;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);)
        if (is_record(line))
            zone.records_.push_back(parse_record(line));
    return zone;
}

TextRecord& TextZone::at(std::string_view owner, std::string_view kind) {
    for (auto& record : records_)
        if (record.owner == absolute(owner) && record.kind() == kind)
            return record;
    FAIL("no " << kind << " at " << absolute(owner) << " in\n" << text());
    std::abort();
}

void TextZone::remove(std::string_view owner, std::string_view kind) {
    at(owner, kind);
    std::erase_if(records_, [&](const TextRecord& record) {
        return record.owner == absolute(owner) && record.kind() == kind;
    });
}

void TextZone::add(std::string_view line) {
    auto record = parse_record(std::string(line));
    record.owner = absolute(record.owner == "@" ? "" : record.owner);
    records_.push_back(std::move(record));
}

std::string TextZone::text() const {
    std::string text;
    for (const auto& record : records_)
        text += record.line();
    return text;
}

signer::Zone TextZone::zone() const {
    const Workshop workshop;
    workshop.write("zone", text());
    auto read = signer::read_zone_file(workshop.file("zone"), Name::from_text(origin).value());
    INFO((read.ok() ? "" : read.fault().words));
    REQUIRE(read.ok());
    return std::move(read->zone);
}

std::string unsigned_zone() {
    return "$ORIGIN example.\n"
           "$TTL 3600\n"
           "@ SOA ns1 hostmaster 1 7200 3600 1209600 300\n"
           "@ NS ns1\n"
           "@ NS Ns.Insecure\n"
           "@ MX 10 Mail\n"
           "@ TXT \"v=spf1 -all\"\n"
           "ns1 A 192.0.2.1\n"
           "ns1 AAAA 2001:db8::1\n"
           "Mail A 192.0.2.2\n"
           "www CNAME Mail\n"
           "*.wild TXT \"any\"\n"
           "deep.ent.empty A 192.0.2.3\n"
           "_sip._tcp SRV 0 0 5060 Mail\n"
           "secure NS ns.secure\n"
           "secure DS 12345 13 2 "
           "0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF\n"
           "ns.secure A 192.0.2.4\n"
           "insecure NS ns.insecure\n"
           "ns.insecure A 192.0.2.5\n"
           "a.unsigned.branch NS ns.invalid.\n"
           "at-cut NS at-cut\n"
           "at-cut A 192.0.2.6\n"
           "renamed DNAME elsewhere.invalid.\n";
}

Time while_valid() {
    return parse_rfc3339("2026-01-15T00:00:00Z").value();
}

TextZone sign_with_bind(const std::vector<int>& algorithms, Denial denial, const std::string& extra,
                        const std::string& options) {
    const Workshop workshop;
    std::string text = unsigned_zone() + extra;
    for (const auto& key : make_keys(workshop, algorithms))
        text += workshop.read(key + ".key");
    workshop.write("zone", text);
    workshop.shell(
        fmt::format("dnssec-signzone -P -q -O full -o example -s {} -e {} {} {} -f out zone",
                    signed_from, signed_until, denial_options(denial), options));
    return TextZone::parse(workshop.read("out"));
}

TextZone sign_with_ldns(int algorithm, const std::string& options) {
    const Workshop workshop;
    const auto keys = make_keys(workshop, {algorithm});
    workshop.write("zone", unsigned_zone());
    workshop.shell(fmt::format("ldns-signzone -i {} -e {} {} -f out zone {} {}", signed_from,
                               signed_until, options, keys.at(0), keys.at(1)));
    return TextZone::parse(workshop.read("out"));
}

TextZone sign_with_knot(const std::string& policy, const std::string& zone_options) {
    const Workshop workshop;
    const auto folder = workshop.file("").string();
    workshop.write("example.zone", unsigned_zone());
    workshop.write("knot.conf", fmt::format("database:\n  storage: \"{0}\"\n"
                                            "policy:\n  - id: p\n{1}"
                                            "zone:\n  - domain: example\n    storage: \"{0}\"\n"
                                            "    file: example.zone\n    dnssec-signing: on\n"
                                            "    dnssec-policy: p\n{2}",
                                            folder, policy, zone_options));
    workshop.shell(fmt::format("mkdir out && kzonesign -c knot.conf -t {} -o out example",
                               while_valid().time_since_epoch().count()));
    return TextZone::parse(workshop.read("out/example.zone"));
}

}  // namespace kaspar::test
