#include "tests/bench/many_copies.h"

#include <fmt/format.h>

#include <fstream>
#include <map>

#include "common/formats/configuration.h"
#include "common/formats/instruction.h"
#include "common/keys/envelope.h"
#include "common/system/file.h"
#include "enforcer/report_intake.h"
#include "tests/support/catch.h"

namespace kaspar::bench {

namespace {

using namespace std::chrono_literals;
using enforcer::Database;

const Time start = *parse_rfc3339("2026-11-24T00:00:00Z");

constexpr auto zone_file = R"($TTL 300
@     SOA  ns.example.net. hostmaster.example.net. 1 3600 900 1209600 300
@     NS   ns.example.net.
www   A    192.0.2.1
      AAAA 2001:db8::1
mail  A    192.0.2.2
@     MX   10 mail
@     TXT  "v=spf1 mx -all"
ftp   CNAME www
a     A    192.0.2.3
b     A    192.0.2.4
)";

template <typename T>
T value_of(Result<T> result) {
    INFO((result.ok() ? "" : result.fault().words));
    REQUIRE(result.ok());
    return std::move(result).value();
}

void succeed(const Outcome& outcome) {
    INFO((outcome.ok() ? "" : outcome.fault().words));
    REQUIRE(outcome.ok());
}

/// Signed, known to the parent, and with nothing to do for weeks.
void settle(test::Installation& site) {
    site.set_time(start);
    site.write(ManyCopies::original, zone_file);
    site.add_zone(ManyCopies::original, "default");
    for (const auto later : {0h, 72h, 144h}) {
        site.set_time(start + later);
        test::expect(site.enforcer());
        test::expect(site.signer());
        test::expect(site.enforcer());
        (void)site.kaspar({"ds", "seen", ManyCopies::original});
        test::expect(site.enforcer());
        test::expect(site.signer());
        test::expect(site.enforcer());
    }
}

/// Key numbers of a copy are those of the original and a thousand for each copy before it.
constexpr auto shifted = "({} + ?1 * 1000)";
constexpr auto locator_format = "printf('%032x', {})";

std::string shifted_set(const std::string& column) {
    return fmt::format("(SELECT json_group_array({}) FROM json_each({}))",
                       fmt::format(shifted, "value"), column);
}

/// What differs in the copy numbered ?1, called ?2; all other columns are the original's.
using Edits = std::map<std::string, std::string>;
const std::vector<std::pair<std::string, Edits>> edits_of_tables{
    {"zones",
     {{"id", "id + ?1"},
      {"name", "?2"},
      {"ds", shifted_set("ds")},
      {"dnskey", shifted_set("dnskey")},
      {"dnskey_signers", shifted_set("dnskey_signers")},
      {"zone_signers", shifted_set("zone_signers")}}},
    {"keys",
     {{"id", fmt::format(shifted, "id")},
      {"zone", "zone + ?1"},
      {"locator", fmt::format(locator_format, fmt::format(shifted, "id"))}}},
    {"ds_versions", {{"zone", "zone + ?1"}, {"keys", shifted_set("keys")}}},
    {"dnskey_versions",
     {{"zone", "zone + ?1"}, {"keys", shifted_set("keys")}, {"signers", shifted_set("signers")}}},
    {"data_versions", {{"zone", "zone + ?1"}, {"signers", shifted_set("signers")}}},
};

/// The statement that copies the original's rows of a table.
std::string copy_statement(Database& database, const std::string& table, const Edits& edits) {
    const auto columns =
        value_of(database.all<std::string>("SELECT name FROM pragma_table_info(?)", {table},
                                           [](const auto& row) { return row.text(0); }));
    std::string names, values;
    for (const auto& column : columns) {
        names += (names.empty() ? "" : ", ") + column;
        const auto edit = edits.find(column);
        values += (values.empty() ? "" : ", ") + (edit == edits.end() ? column : edit->second);
    }
    return fmt::format("INSERT INTO {} ({}) SELECT {} FROM {} WHERE {} = 1 AND ?2 = ?2", table,
                       names, values, table, table == "zones" ? "id" : "zone");
}

class Copying {
  public:
    Copying(const test::Installation& site, ManyCopies::Style style)
        : style_(style),
          configuration_(value_of(read_configuration(site / "kaspar.json"))),
          database_(value_of(Database::open(configuration_.database().string()))),
          zone_(*value_of(enforcer::find_zone(database_, name(ManyCopies::original)))),
          instruction_(value_of(parse_instruction(
              {}, value_of(open_seal({}, text_of(instruction_file(ManyCopies::original)))).text))),
          report_(value_of(parse_report({}, text_of(report_file(ManyCopies::original))))),
          output_(text_of(zone_.output)) {
        for (const auto& [table, edits] : edits_of_tables)
            statements_.push_back(copy_statement(database_, table, edits));
    }

    void copy_all(std::size_t copies) {
        auto transaction = value_of(enforcer::Transaction::begin(database_));
        for (std::size_t number = 1; number <= copies; ++number)
            copy(number, ManyCopies::name_of_copy(number));
        succeed(transaction.commit());
        succeed(database_.run("PRAGMA wal_checkpoint(TRUNCATE)", {}));
    }

  private:
    static Name name(const std::string& text) { return value_of(Name::from_text(text)); }
    static std::string text_of(const Path& path) { return value_of(read_file(path)); }
    Path report_file(const std::string& zone) const { return configuration_.reports() / zone; }
    Path instruction_file(const std::string& zone) const {
        return configuration_.instructions() / zone;
    }

    void copy(std::size_t number, const std::string& zone) {
        for (const auto& statement : statements_)
            succeed(database_.run(statement, {number, zone}));
        const Path input = zone_.input.parent_path() / zone, output = input.string() + ".signed";
        write(input, zone_file);
        write(output, output_);
        copy_report(zone, input, output);
        const auto sealed = copy_instruction(number, zone, input, output);
        const auto stamp = *enforcer::stamp_of(report_file(zone));
        succeed(database_.run(
            "UPDATE zones SET input = ?, output = ?, instruction = ?, "
            "report_size = ?, report_modified = ? WHERE name = ?",
            {input.string(), output.string(), sealed, stamp.size, stamp.modified, zone}));
    }

    std::string copy_instruction(std::size_t number, const std::string& zone, const Path& input,
                                 const Path& output) {
        Instruction copy = instruction_;
        copy.zone = name(zone);
        copy.input = input;
        copy.output = output;
        copy.verify = style_.verify;
        for (auto& key : copy.keys)
            if (!style_.shared_keys)
                key.locator = copy_key(key, number);
        copy.cds.clear();
        for (const auto& key : copy.cdnskey)
            copy.cds.push_back(make_ds(copy.zone, key, DigestType::sha256));
        const auto text = instruction_text(copy);
        auto sealed =
            seal_instruction(copy, value_of(sign_envelope(configuration_.enforcer_key, text)));
        write(instruction_file(zone), sealed);
        return sealed;
    }

    /// The same key in another file; gives its locator.
    std::string copy_key(const InstructedKey& key, std::size_t number) {
        const auto statement = fmt::format("SELECT {} FROM keys WHERE locator = ?2",
                                           fmt::format(locator_format, fmt::format(shifted, "id")));
        const auto locator = *value_of(database_.one<std::string>(
            statement, {number, key.locator}, [](const auto& row) { return row.text(0); }));
        const Path& folder = configuration_.keystores.at(key.keystores.front()).directory;
        std::filesystem::copy_file(folder / (key.locator + ".p8"), folder / (locator + ".p8"));
        return locator;
    }

    void copy_report(const std::string& zone, const Path& input, const Path& output) {
        Report copy = report_;
        copy.zone = name(zone);
        copy.publication->inputs = {value_of(identify_file(input))};
        copy.publication->output = value_of(identify_file(output));
        write(report_file(zone), report_text(copy));
    }

    /// Not durable, unlike write_file(): there are thousands.
    static void write(const Path& path, const std::string& text) {
        std::ofstream(path, std::ios::binary) << text;
    }

    const ManyCopies::Style style_;
    Configuration configuration_;
    Database database_;
    enforcer::Zone zone_;
    Instruction instruction_;
    Report report_;
    std::string output_;
    std::vector<std::string> statements_;
};

}  // namespace

ManyCopies::ManyCopies(std::size_t zones, Style style) {
    settle(site);
    Copying(site, style).copy_all(zones - 1);
}

// Moved away, not removed: where ten thousand files were just removed, some file systems are slow
// to make new ones.
void ManyCopies::forget_signing() const {
    const Path aside = site / "aside";
    std::filesystem::create_directory(aside);
    for (const auto* folder : {"reports", "executed"})
        std::filesystem::rename(site / "state" / folder, aside / folder);
    std::vector<Path> outputs;
    for (const auto& entry : std::filesystem::directory_iterator(site / "."))
        if (entry.path().extension() == ".signed")
            outputs.push_back(entry.path());
    for (const auto& output : outputs)
        std::filesystem::rename(output, aside / output.filename());
}

void ManyCopies::report_again() const {
    const auto file = std::string("state/reports/") + original;
    succeed(write_file(site / file, site.read(file)));
}

std::string ManyCopies::name_of_copy(std::size_t number) {
    return fmt::format("copy{}.example", number);
}

}  // namespace kaspar::bench
