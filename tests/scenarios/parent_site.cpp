#include "tests/scenarios/parent_site.h"

#include <fmt/format.h>

#include <fstream>

#include "tests/support/catch.h"

namespace kaspar::test {

using namespace std::chrono_literals;

namespace {

constexpr auto policy = R"({{
  "version": 1,
  "signatures": {{ "validity": "14d", "dnskey_validity": "14d", "denial_validity": "14d", "refresh": "7d" }},
  "dnskey": {{ "ttl": "1h", "publish_safety": "1h", "retire_safety": "1h", "purge_after": "10d" }},
  "keys": [
    {{ "role": "ksk", "algorithm": "ecdsap256sha256", "lifetime": "unlimited", "keystore": "local" }},
    {{ "role": "zsk", "algorithm": "ecdsap256sha256", "lifetime": "unlimited", "keystore": "local" }}
  ],
  "zone": {{ "propagation_delay": "5m", "max_ttl": "1d" }},
  "parent": {{ "propagation_delay": "1h", "ds_ttl": "1h", {} }}
}})";

constexpr auto parent_zone = R"($TTL 3600
@        SOA ns.org. hostmaster.org. {} 3600 900 1209600 600
@        NS  ns.org.
ns       A   127.0.0.1
example  NS  ns.example
ns.example A 127.0.0.1
{}
)";

}  // namespace

ParentServer::ParentServer(const std::string& clauses) {
    std::ofstream(folder_ / "org") << fmt::format(parent_zone, serial_, "");
    server_ =
        std::make_unique<NameServer>(std::vector<ServedZone>{{"org.", folder_ / "org"}}, clauses);
}

void ParentServer::serve(const std::string& ds_lines) {
    std::ofstream(folder_ / "org") << fmt::format(parent_zone, ++serial_, ds_lines);
    server_->restart();
}

std::string ParentServer::address() const {
    return fmt::format("127.0.0.1@{}", port());
}

ParentSite::ParentSite(const std::string& parent) {
    box_.write("policies/test.json", fmt::format(policy, parent));
    REQUIRE(box_.add_zone().status == 0);
    step();
}

void ParentSite::configure(const std::string& field, const nlohmann::json& value) {
    auto configuration =
        nlohmann::json::parse(box_.read(box_ / "kaspar.json"), nullptr, true, true);
    configuration[field] = value;
    box_.write("kaspar.json", configuration.dump());
}

void ParentSite::step() {
    const auto done = box_.enforcer();
    INFO(done.errors);
    REQUIRE(done.status == 0);
    box_.sign();
    REQUIRE(box_.enforcer().status == 0);
}

void ParentSite::step_after(Duration time) {
    box_.wait(time);
    step();
}

void ParentSite::reach_ds() {
    step_after(48h);
    REQUIRE(!wanted().empty());
}

std::string ParentSite::wanted() const {
    return box_.kaspar({"ds", "show", "example.org"}).output;
}

std::string ParentSite::state_of_ds() const {
    return box_.key("ksk")["ds"];
}

CommandResult ParentSite::check() const {
    return box_.kaspar({"ds", "check", "example.org"});
}

std::string ParentSite::log() const {
    return box_.kaspar({"log", "example.org"}).output;
}

}  // namespace kaspar::test
