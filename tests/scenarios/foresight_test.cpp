// Forecasts of the real program come true to the second.
#include <fmt/format.h>

#include <map>
#include <set>

#include "tests/scenarios/sandbox.h"
#include "tests/support/catch.h"

namespace foresight_test {

using namespace kaspar;
using namespace kaspar::test;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

const std::string zone = "example.org";

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
        box.edit_policy("\"refresh\": \"7d\"", "\"refresh\": \"7d\", \"renew\": \"at-once\"");
    }
    SECTION("signatures replaced as they come due") {}
    SECTION("by double-signature") {
        box.edit_policy("\"90d\"", "\"90d\", \"rollover\": \"double-signature\"");
    }
    box.make_secure();
    comes_true(box);  // the lifetime asks for it
}

TEST_CASE("a KSK roll happens when it is foreseen, to the second", "[foresight]") {
    Sandbox box;
    const auto method = GENERATE("double-signature", "double-ds", "double-rrset");
    box.edit_policy("\"unlimited\"", fmt::format("\"unlimited\", \"rollover\": \"{}\"", method));
    box.edit_policy("\"ds_ttl\": \"1d\"", "\"ds_ttl\": \"1d\", \"registration_delay\": \"5h\"");
    box.make_secure();
    expect(box.kaspar({"key", "roll", zone, "--role", "ksk"}));
    comes_true(box);
}

TEST_CASE("an algorithm roll and the way to a csk happen when they are foreseen, to the second",
          "[foresight]") {
    Sandbox box;
    box.make_secure();
    SECTION("conservative") {
        box.edit_policy("ecdsap256sha256", "ed25519");
    }
    SECTION("liberal") {
        box.edit_policy("ecdsap256sha256", "ed25519");
        box.edit_policy("\"version\": 1,", "\"version\": 1, \"algorithm_rollover\": \"liberal\",");
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

}  // namespace foresight_test
