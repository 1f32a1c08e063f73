// Forecasts of the real program come true to the second; explain names who or what holds a zone;
// policy diff tells what an edit would do and does nothing.
#include <fmt/format.h>

#include <map>
#include <set>

#include "tests/scenarios/sandbox.h"
#include "tests/support/catch.h"

using namespace kaspar;
using namespace kaspar::test;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

const std::string zone = "example.org";

void edit_policy(const Sandbox& box, const std::string& from, const std::string& to,
                 const std::string& file = "policies/test.json") {
    std::string text = box.read(box / "policies/test.json");
    auto at = from.empty() ? std::string::npos : text.find(from);
    for (; at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
    box.write(file, text);
}

/// A zone with all its records in every cache.
void make_secure(Sandbox& box, const std::string& name = zone) {
    expect(box.add_zone(name));
    expect(box.enforcer());
    box.sign(name);
    expect(box.enforcer());
    box.wait(50h);
    expect(box.enforcer());
    expect(box.kaspar({"ds", "seen", name}));
    box.sign(name);
    box.wait(50h);
    expect(box.enforcer());
}

// ---- Forecasts that come true -----------------------------------------------------------------

using Rows = std::vector<std::string>;

/// Runs the programs at each time of the forecast (and a second before, when nothing may happen),
/// with everybody doing what it assumes.
class Fulfilment {
  public:
    explicit Fulfilment(Sandbox& box)
        : box_(box), told_(box.json({"forecast", zone})), old_signers_(data_signers()) {
        const json status = box.json({"status", zone});
        for (const auto& key : status["keys"])
            known_.insert(key["tag"].get<int>());
        begun_ = box.json({"log", zone}).size();
    }

    void run() {
        Time last = box_.now();
        act();
        for (const auto& event : told_["events"]) {
            const Time at = *parse_rfc3339(event["at"].get<std::string>());
            if (event["kind"] == "state" || event["kind"] == "goal")
                continue;  // they follow from the others
            if (at > last) {
                box_.set_time(at - 1s);
                expect(box_.enforcer());
                box_.set_time(at);
                last = at;
                act();
            }
            others_act(event);
        }
    }

    /// What was foreseen, and what the log has, of kinds that both tell.
    Rows foreseen() const {
        Rows rows;
        for (const auto& event : told_["events"])
            if (event["kind"] == "move" || event["kind"] == "purged")
                rows.push_back(event["at"].get<std::string>() + " " +
                               event["what"].get<std::string>());
        return rows;
    }

    Rows happened() const {
        const auto names = names_of_new_keys();
        Rows rows;
        const auto log = box_.json({"log", zone});
        for (std::size_t i = begun_; i < log.size(); ++i) {
            const auto what = log[i]["what"].get<std::string>();
            if (what.find(": ") != std::string::npos || what.find("is purged") != std::string::npos)
                rows.push_back(log[i]["at"].get<std::string>() + " " + with_names(what, names));
        }
        return rows;
    }

    const json& told() const { return told_; }

  private:
    void act() {
        expect(box_.enforcer());
        sign();
        expect(box_.enforcer());
    }

    std::vector<SignerSet> data_signers() const {
        return box_.perfect_report().publication->data_signers;
    }

    /// As a signer that replaces signatures as they come due, until the forecast says that it has.
    void sign() {
        Report report = box_.perfect_report();
        const auto fresh = report.publication->data_signers;
        if (replacing() && fresh[0].keys != old_signers_[0].keys)
            report.publication->data_signers.push_back(old_signers_[0]);
        else
            old_signers_ = fresh;
        box_.write_report(report);
    }

    /// validity − refresh, in the policy of the sandbox.
    static constexpr Duration dsgn = 168h;

    bool replacing() const {
        for (const auto& event : told_["events"]) {
            if (event["kind"] != "signatures_replaced")
                continue;
            const Time end = *parse_rfc3339(event["at"].get<std::string>());
            if (end - dsgn <= box_.now() && box_.now() < end)
                return true;
        }
        return false;
    }

    void others_act(const json& event) {
        if (event["kind"] == "ds_seen")
            expect(box_.kaspar({"ds", "seen", zone}));
        if (event["kind"] == "ds_gone")
            expect(box_.kaspar({"ds", "gone", zone}));
    }

    /// The names by which the forecast told of keys that were made since.
    std::map<std::string, std::string> names_of_new_keys() const {
        std::map<std::string, int> made;
        std::map<std::string, std::string> names;
        const json keys = box_.json({"key", "list", zone});
        for (const auto& key : keys) {
            const auto role = key["role"].get<std::string>();
            if (!known_.contains(key["tag"].get<int>()))
                names[key["tag"].dump()] = fmt::format("new {} {}", role, ++made[role]);
        }
        return names;
    }

    static std::string with_names(std::string text,
                                  const std::map<std::string, std::string>& names) {
        for (const auto& [tag, name] : names)
            for (auto at = text.find(tag); at != std::string::npos;
                 at = text.find(tag, at + name.size()))
                text.replace(at, tag.size(), name);
        const std::string purged = " is purged", told = " is removed from its key store";
        if (const auto at = text.find(purged); at != std::string::npos)
            text.replace(at, purged.size(), told);
        return text;
    }

    Sandbox& box_;
    json told_;
    std::vector<SignerSet> old_signers_;
    std::set<int> known_;
    std::size_t begun_ = 0;
};

void comes_true(Sandbox& box) {
    Fulfilment fulfilment(box);
    fulfilment.run();
    CHECK(fulfilment.foreseen().size() >= 2);
    CHECK(fulfilment.foreseen() == fulfilment.happened());
}

}  // namespace

TEST_CASE("a ZSK roll happens when it is foreseen, to the second", "[foresight]") {
    Sandbox box;
    SECTION("signatures replaced at once") {
        edit_policy(box, "\"refresh\": \"7d\"", "\"refresh\": \"7d\", \"renew\": \"at-once\"");
    }
    SECTION("signatures replaced as they come due") {}
    SECTION("by double-signature") {
        edit_policy(box, "\"90d\"", "\"90d\", \"rollover\": \"double-signature\"");
    }
    make_secure(box);
    comes_true(box);  // the lifetime asks for it
}

TEST_CASE("a KSK roll happens when it is foreseen, to the second", "[foresight]") {
    Sandbox box;
    const auto method = GENERATE("double-signature", "double-ds", "double-rrset");
    edit_policy(box, "\"unlimited\"", fmt::format("\"unlimited\", \"rollover\": \"{}\"", method));
    edit_policy(box, "\"ds_ttl\": \"1d\"", "\"ds_ttl\": \"1d\", \"registration_delay\": \"5h\"");
    make_secure(box);
    expect(box.kaspar({"key", "roll", zone, "--role", "ksk"}));
    comes_true(box);
}

TEST_CASE("an algorithm roll and the way to a csk happen when they are foreseen, to the second",
          "[foresight]") {
    Sandbox box;
    make_secure(box);
    SECTION("conservative") {
        edit_policy(box, "ecdsap256sha256", "ed25519");
    }
    SECTION("liberal") {
        edit_policy(box, "ecdsap256sha256", "ed25519");
        edit_policy(box, "\"version\": 1,", "\"version\": 1, \"algorithm_rollover\": \"liberal\",");
    }
    SECTION("to a csk") {
        const std::string text = box.read(box / "policies/test.json");
        const auto from = text.find("\"keys\": [") + 9, to = text.find(']', from);
        box.write("policies/test.json",
                  text.substr(0, from) + R"({ "role": "csk" })" + text.substr(to));
    }
    SECTION("insecure") {
        const std::string text = box.read(box / "policies/test.json");
        const auto from = text.find("\"keys\": [") + 9, to = text.find(']', from);
        box.write("policies/test.json", text.substr(0, from) + text.substr(to));
    }
    expect(box.enforcer());  // takes the edited policy in, and makes the first moves
    box.sign();
    expect(box.enforcer());
    Fulfilment fulfilment(box);
    fulfilment.run();
    CHECK_FALSE(fulfilment.foreseen().empty());
    CHECK(fulfilment.foreseen() == fulfilment.happened());
}

TEST_CASE("forecast says what it assumes and who must act, and refuses an end that is none",
          "[foresight]") {
    Sandbox box;
    expect(box.add_zone());
    const auto shown = box.kaspar({"forecast", zone, "--until", "30d"});
    expect(shown);
    CHECK(shown.output.rfind("assumed: the signer publishes at once", 0) == 0);
    CHECK(says(shown, "make new ksk 1"));
    CHECK(says(shown, "`kaspar ds seen"));
    CHECK_FALSE(says(shown, "rumoured"));
    CHECK(says(box.kaspar({"forecast", zone, "--all-states"}), "hidden -> rumoured"));

    const auto told = box.json({"forecast", zone, "--until", "2026-12-24T00:00:00Z"});
    CHECK(told["zone"] == zone);
    CHECK(told["from"] == "2026-11-24T00:00:00Z");
    CHECK(told["until"] == "2026-12-24T00:00:00Z");
    CHECK(told["events"][0]["keys"][0]["tag"].is_null());
    CHECK(told["events"][0]["keys"][0]["name"] == "new ksk 1");
    const auto silent = box.json({"forecast", zone, "--without-ds"});
    for (const auto& event : silent["events"])
        CHECK(event["kind"] != "ds_seen");

    for (const char* end : {"soon", "2026-11-24T00:00:00Z", "0s", "200y", "-1d", ""}) {
        const auto refused = box.kaspar({"forecast", zone, fmt::format("--until={}", end)});
        INFO(end);
        CHECK(refused.status == 2);
        CHECK(refused.output.empty());
    }
    CHECK(box.kaspar({"forecast", "nowhere.example"}).status == 1);
}

// ---- Explain ----------------------------------------------------------------------------------

namespace {

json record_of(const json& explained, const std::string& role, const std::string& record) {
    json found;
    for (const auto& one : explained["records"])
        if (one["role"] == role && one["record"] == record)
            found = one;
    INFO(explained.dump(2));
    REQUIRE(!found.is_null());
    return found;
}

json wait_with_command(const json& explained, const std::string& command) {
    for (const auto& wait : explained["waits"])
        if (wait["command"] == command)
            return wait;
    INFO(explained.dump(2));
    FAIL("no wait has the command " << command);
    return {};
}

}  // namespace

TEST_CASE("explain: a new zone waits for the enforcer, the signer, the caches, the DS",
          "[explain]") {
    Sandbox box;
    expect(box.add_zone());
    (void)wait_with_command(box.json({"explain", zone}), "kaspar-enforcer once");
    expect(box.enforcer());
    auto told = box.json({"explain", zone});
    CHECK(told["good"] == false);
    (void)wait_with_command(told, "kaspar-signer once --zone example.org");
    auto dnskey = record_of(told, "ksk", "dnskey");
    CHECK(dnskey["on"] == "signer");
    CHECK(dnskey["until"].is_null());
    CHECK(dnskey["command"] == "kaspar-signer once --zone example.org");

    box.sign();
    expect(box.enforcer());
    told = box.json({"explain", zone});
    dnskey = record_of(told, "ksk", "dnskey");
    CHECK(dnskey["on"] == "time");
    CHECK(dnskey["until"] == to_rfc3339(box.now() + 2h + 5min));
    CHECK(dnskey["expected"] == dnskey["until"]);
    auto ds = record_of(told, "ksk", "ds");
    CHECK(ds["state"] == "hidden");
    CHECK(ds["goal"] == "omnipresent");
    CHECK(ds["waits_for"].get<std::string>().find("to ask the parent for DS") != std::string::npos);
    CHECK(ds["until"] == to_rfc3339(box.now() + 24h + 5min));
    CHECK(ds["expected"] == to_rfc3339(box.now() + 24h + 5min + 25h));
    CHECK(ds["command"].is_null());
    CHECK(box.key("ksk")["waiting"].get<std::string>().find(
              ", safe from " + to_rfc3339(box.now() + 24h + 5min)) != std::string::npos);

    box.wait(25h);
    expect(box.enforcer());
    ds = record_of(box.json({"explain", zone}), "ksk", "ds");
    CHECK(ds["on"] == "parent");
    CHECK(ds["command"] == "kaspar ds seen example.org");
    CHECK(says(box.kaspar({"explain", zone}), "when you say so: kaspar ds seen example.org"));
    expect(box.kaspar({"ds", "seen", zone}));
    box.sign();
    box.wait(25h);
    expect(box.enforcer());
    told = box.json({"explain", zone});
    CHECK(told["good"] == true);
    CHECK(told["next_event"]["kind"] == "key_made");
    const auto text = box.kaspar({"explain", zone});
    CHECK(says(text, "everything is where it should be"));
    CHECK(says(text, "make new zsk 1 (ecdsap256sha256) (the lifetime of "));
}

TEST_CASE("explain: a roll waits for the old DS to go, for a signer, for a pause to end",
          "[explain]") {
    Sandbox box;
    make_secure(box);
    expect(box.kaspar({"key", "roll", zone, "--role", "ksk"}));
    expect(box.enforcer());
    SECTION("signer") {
        box.wait(240h);
        expect(box.enforcer());
        const auto told = box.json({"explain", zone});
        CHECK(record_of(told, "ksk", "ds")["on"] == "signer");
        (void)wait_with_command(told, "kaspar-signer once --zone example.org");
    }
    SECTION("pause") {
        expect(box.kaspar({"zone", "pause", zone}));
        const auto told = box.json({"explain", zone});
        (void)wait_with_command(told, "kaspar zone resume example.org");
        CHECK(record_of(told, "ksk", "ds")["on"] == "pause");
        CHECK(record_of(told, "ksk", "ds")["command"] == "kaspar zone resume example.org");
    }
    SECTION("DS") {
        box.sign();
        expect(box.enforcer());
        box.wait(10h);
        expect(box.enforcer());
        expect(box.kaspar({"ds", "seen", zone}));
        const auto old_ds = [&] {
            const json told = box.json({"explain", zone});
            json old;
            for (const auto& one : told["records"])
                if (one["record"] == "ds" && one["goal"] == "hidden")
                    old = one;
            return old;
        };
        CHECK(old_ds()["state"] == "unretentive");
        CHECK(old_ds()["on"] == "parent");
        CHECK(old_ds()["command"] == "kaspar ds gone example.org");
        expect(box.kaspar({"ds", "gone", zone}));
        CHECK(old_ds()["on"] == "time");
        CHECK(old_ds()["until"] == to_rfc3339(box.now() + 25h));
    }
}

TEST_CASE("explain: approval, a policy file that is broken, a key that is missing", "[explain]") {
    Sandbox box;
    make_secure(box);
    SECTION("approval") {
        edit_policy(box, "\"version\": 1,", "\"version\": 1, \"approve\": \"all\",");
        box.wait(24h * 100);
        box.sign();
        expect(box.enforcer());
        const auto wait =
            wait_with_command(box.json({"explain", zone}), "kaspar approve example.org");
        CHECK(wait["who"] == "you");
        CHECK(says(box.kaspar({"forecast", zone}), "`kaspar approve example.org`"));
    }
    SECTION("policy") {
        box.write("policies/test.json", "{");
        (void)box.enforcer();
        CHECK(says(box.kaspar({"explain", zone}), "is not in force"));
        CHECK(says(box.kaspar({"forecast", zone}), "but: policy test"));
    }
    SECTION("key") {
        for (const auto& file : std::filesystem::directory_iterator(box / "keys"))
            std::filesystem::remove(file);
        expect(box.kaspar({"key", "roll", zone, "--role", "zsk"}));
        CHECK(box.enforcer().status == 1);
        const auto told = box.json({"explain", zone});
        CHECK(told["good"] == false);
        REQUIRE(told["waits"].size() == 1);  // no pass of the enforcer would help
        CHECK(told["waits"][0]["what"] == "the zone stands still");
        CHECK(says(box.kaspar({"explain", zone}), "next, once that is mended"));
        CHECK(says(box.kaspar({"forecast", zone}), "but: the zone stands still"));
    }
}

// ---- Policy diff ------------------------------------------------------------------------------

namespace {

struct Standing {
    std::string database, status, log;
    bool operator==(const Standing&) const = default;
};

Standing standing(const Sandbox& box) {
    return {box.read(box / "state/kaspar.db"), box.json({"status"}).dump(),
            box.json({"log"}).dump()};
}

/// The diff against an edit that replaces `from` by `to` everywhere. Checks that nothing changes.
CommandResult diff(const Sandbox& box, const std::string& from, const std::string& to,
                   std::vector<std::string> options = {}) {
    edit_policy(box, from, to, "edited.json");
    const Standing before = standing(box);
    options.insert(options.begin(), {"policy", "diff", "test", (box / "edited.json").string()});
    const auto result = box.kaspar(options);
    CHECK(standing(box) == before);
    return result;
}

}  // namespace

TEST_CASE("policy diff says plainly what an edit would do, and does nothing", "[policy-diff]") {
    Sandbox box;
    make_secure(box);
    box.write("second.example", "not read\n");
    expect(box.add_zone("second.example"));
    expect(box.enforcer());

    SECTION("nothing") {
        const auto told = diff(box, "", "");
        expect(told);
        CHECK(told.output == "nothing is changed; no zone is affected\n");
    }
    SECTION("algorithm") {
        const auto told = diff(box, "ecdsap256sha256", "ed25519");
        expect(told);
        CHECK(told.output.rfind("2 zones change algorithm: 13 → 15 (ecdsap256sha256 → ed25519)\n",
                                0) == 0);
        CHECK(says(told, "keys[0].algorithm: ecdsap256sha256 → ed25519"));
        CHECK(says(told, "make new ksk 1 (ed25519)"));
        const auto all = json::parse(diff(box, "ecdsap256sha256", "ed25519", {"--json"}).output);
        CHECK(all["zones"].size() == 2);
        CHECK(all["fields"][0]["from"] == "ecdsap256sha256");
        const auto& first = all["zones"][0]["events"][0];
        CHECK(first["before"].is_null());
        CHECK(first["after"] == to_rfc3339(box.now()));
    }
    SECTION("lifetime") {
        const auto all = json::parse(diff(box, "\"90d\"", "\"60d\"", {"--json"}).output);
        const auto& first = all["zones"][0]["events"][0];
        CHECK(first["what"] == "make new zsk 1 (ecdsap256sha256)");
        CHECK(*parse_rfc3339(first["before"].get<std::string>()) -
                  *parse_rfc3339(first["after"].get<std::string>()) ==
              24h * 30);
        const auto told = diff(box, "\"90d\"", "\"60d\"");
        CHECK(says(told, "keys[1].lifetime: 90d → 60d"));
        CHECK(says(told, "2 zones roll their keys at other times"));
    }
    SECTION("standby keys take nobody's place") {
        const auto told = diff(box, "\"90d\"", "\"90d\", \"standby\": 2");
        expect(told);
        CHECK(told.output.rfind("2 zones change their standby keys: 0 → 2\n", 0) == 0);
        CHECK_FALSE(says(told, "replace keys at once"));
    }
    SECTION("a value that moves no key") {
        const auto told = diff(box, "\"purge_after\": \"10d\"",
                               "\"purge_after\": \"10d\" }, \"denial\": { \"type\": \"nsec3\"");
        expect(told);
        CHECK(says(told, "no roll of any zone is affected within a year; 2 zones are signed"));
        CHECK(says(told, "denial.type: nsec → nsec3"));
    }
    SECTION("going insecure") {
        const std::string text = box.read(box / "policies/test.json");
        const auto from = text.find("\"keys\": [") + 9, to = text.find(']', from);
        const auto told = diff(box, text.substr(from, to - from), "");
        expect(told);
        CHECK(told.output.rfind("2 zones would go insecure: the DS goes first", 0) == 0);
        CHECK(says(told, "going insecure: ask the"));
    }
}

TEST_CASE("policy diff refuses what cannot be carried out", "[policy-diff]") {
    Sandbox box;
    make_secure(box);
    const auto refuse = [&](const std::string& from, const std::string& to,
                            const std::string& words) {
        const auto told = diff(box, from, to);
        CHECK(told.status == 1);
        CHECK(told.output.empty());
        CHECK(says(told, words));
    };
    refuse("\"version\": 1,", "\"version\": 1", "expected");
    refuse("\"1d\"", "\"one day\"", "zone.max_ttl");
    refuse("\"local\"", "\"vault\"", "there is no key store 'vault'");
    refuse("\"role\": \"ksk\"", "\"role\": \"zsk\"", "there is no ksk");
    CHECK(box.kaspar({"policy", "diff", "test", (box / "nowhere.json").string()}).status == 1);
    CHECK(box.kaspar({"policy", "diff", "tset", (box / "policies/test.json").string()}).status ==
          1);
}

TEST_CASE("policy diff of a policy that no zone has", "[policy-diff]") {
    Sandbox box;
    const auto told = diff(box, "\"90d\"", "\"60d\"");
    expect(told);
    CHECK(says(told, "no zone has this policy; no zone is affected"));
}
