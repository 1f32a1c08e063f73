// The zone's own servers, where the policy has them watched: what is published counts once all of
// them serve it, and nothing moves while one serves something else.
#include <fmt/format.h>

#include <fstream>

#include "tests/scenarios/sandbox.h"
#include "tests/support/catch.h"
#include "tests/support/name_server.h"

namespace zone_watch_test {

using namespace kaspar;
using namespace kaspar::test;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

/// One real server (nsd) of example.org itself.
class OwnServer {
  public:
    explicit OwnServer(const std::string& zone) {
        std::ofstream(folder_ / "zone") << zone;
        server_ = std::make_unique<NameServer>(
            std::vector<ServedZone>{{"example.org.", folder_ / "zone"}});
    }
    void serve(const std::string& zone) {
        std::ofstream(folder_ / "zone") << zone;
        server_->restart();
    }
    std::string address() const { return fmt::format("127.0.0.1@{}", server_->port()); }

  private:
    TempFolder folder_;
    std::unique_ptr<NameServer> server_;
};

/// example.org with two servers of its own, which its policy has watched.
struct WatchedZone {
    static std::string text_with(std::uint32_t serial, const std::string& records) {
        return fmt::format("$TTL 3600\n@ SOA ns hostmaster {} 1 1 1 1\n@ NS ns\nns A 127.0.0.1\n{}",
                           serial, records);
    }
    static inline const std::string unsigned_zone = text_with(0, "");

    Sandbox box;
    OwnServer first{unsigned_zone}, second{unsigned_zone};
    std::uint32_t serial = 0;

    WatchedZone() {
        auto policy = json::parse(box.read(box / "policies/test.json"));
        policy["zone"]["watch"] = {first.address(), second.address()};
        box.write("policies/test.json", policy.dump());
        expect(box.add_zone());
        expect(box.enforcer());
    }

    void publish() {
        box.sign();
        serial = box.perfect_report().publication->serial;
    }

    /// What a server that has the last publication serves.
    std::string served() const {
        std::string records;
        for (const auto& key : box.instructed().keys)
            records += fmt::format("@ DNSKEY {}\n", key.dnskey.text());
        return text_with(serial, records);
    }

    void passes() {
        for (int pass = 0; pass < 3; ++pass) {
            box.wait(1min);
            expect(box.enforcer());
        }
    }

    int reports_recorded() const {
        int count = 0;
        for (const auto& move : box.json({"log", "example.org"}))
            count += move["what"] == "report recorded" ? 1 : 0;
        return count;
    }
};

}  // namespace

TEST_CASE("a change counts as published once all of the zone's servers serve it", "[watch]") {
    WatchedZone site;
    site.publish();
    site.first.serve(site.served());
    site.passes();
    CHECK(site.reports_recorded() == 0);
    CHECK(has(site.box.json({"status", "example.org"})["waits"].dump(), "serves serial 0"));
    CHECK(site.box.kaspar({"zone", "check", "example.org"}).status == 1);
    site.box.wait(72h);
    site.passes();
    CHECK(site.box.key("ksk")["dnskey"] == "rumoured");
    CHECK(has(site.box.kaspar({"health"}).output, "do not serve what is published"));
    CHECK(has(site.box.kaspar({"status", "example.org"}).output, "kaspar zone check example.org"));

    site.second.serve(site.served());
    CHECK(site.box.kaspar({"zone", "check", "example.org"}).status == 0);
    site.passes();
    CHECK(site.reports_recorded() == 1);
    CHECK(site.box.key("ksk")["dnskey"] == "rumoured");
    site.box.wait(3h);
    site.passes();
    CHECK(site.box.key("ksk")["dnskey"] == "omnipresent");
}

TEST_CASE("servers are asked about the next publication at once", "[watch]") {
    WatchedZone site;
    for (const int publication : {1, 2}) {
        site.publish();
        site.first.serve(site.served());
        site.second.serve(site.served());
        site.passes();
        CHECK(site.reports_recorded() == publication);
    }
}

TEST_CASE("while a server of the zone serves an older one again, nothing moves", "[watch]") {
    WatchedZone site;
    site.publish();
    site.first.serve(site.served());
    site.second.serve(site.served());
    site.passes();
    site.second.serve(WatchedZone::unsigned_zone);
    site.box.wait(48h);
    site.passes();
    CHECK(site.box.kaspar({"ds", "show", "example.org"}).output.empty());
    CHECK(has(site.box.kaspar({"health"}).output, "do not serve what is published"));
    site.second.serve(site.served());
    site.passes();
    CHECK_FALSE(site.box.kaspar({"ds", "show", "example.org"}).output.empty());
}

TEST_CASE("a server with a larger serial and other keys does not serve what was published",
          "[watch]") {
    WatchedZone site;
    site.publish();
    site.first.serve(site.served());
    site.second.serve(WatchedZone::text_with(2'026'112'901, ""));
    site.passes();
    CHECK(site.reports_recorded() == 0);
    CHECK(has(site.box.kaspar({"zone", "check", "example.org"}).output, "other DNSKEY records"));
}

}  // namespace zone_watch_test
