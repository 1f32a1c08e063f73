// A zone that Kaspar signed, served by nsd, asked through unbound, which trusts nothing but the
// record of `kaspar ds show`: what the world sees.
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "common/values/time.h"
#include "tests/support/catch.h"
#include "tests/support/installation.h"
#include "tests/support/resolver.h"
#include "tests/support/zones.h"

namespace resolver_test {

using namespace kaspar;
using namespace kaspar::test;
using namespace std::chrono_literals;

namespace {

constexpr auto parent_zone = R"($TTL 3600
@          SOA   ns hostmaster 1 3600 900 1209600 600
@          NS    ns
ns         A     127.0.0.1
www        A     192.0.2.1
www        AAAA  2001:db8::1
alias      CNAME www
*.wild     TXT   "any"
*.catch    CNAME www
a.b.ent    A     192.0.2.2
moved      DNAME b.ent.shop.example.
open       NS    ns.open
ns.open    A     127.0.0.1
shut       NS    ns.shut
ns.shut    A     127.0.0.1
)";

constexpr auto child_zone = R"($TTL 3600
@    SOA   ns hostmaster 1 3600 900 1209600 600
@    NS    ns
ns   A     127.0.0.1
www  A     192.0.2.3
)";

std::string policy(const std::string& denial, const std::string& algorithm) {
    return fmt::format(R"({{ "version": 1, "denial": {}, "keys": [
        {{ "role": "ksk", "algorithm": "{}", "keystore": "local" }},
        {{ "role": "zsk", "algorithm": "{}", "lifetime": "90d", "keystore": "local" }} ] }})",
                       denial, algorithm, algorithm);
}

Time real_time() {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

/// One zone in an installation of its own: signed at the real time, since unbound knows no other.
/// Then the enforcer's clock alone goes on until the DS may be asked for.
class SignedZone {
  public:
    SignedZone(std::string name, const std::string& policy, const std::string& text)
        : name_(std::move(name)) {
        site_.write("policies/test.json", policy);
        site_.write(name_, text);
        site_.add_zone(name_, "test");
        expect(site_.enforcer());
        expect(site_.signer());
        expect(site_.enforcer());
        site_.set_time(real_time() + 72h);
        expect(site_.enforcer());
        const auto shown = site_.kaspar({"ds", "show", name_});
        expect(shown);
        ds_ = shown.output.substr(0, shown.output.find('\n'));
        REQUIRE(shown.output == ds_ + "\n");
    }

    const std::string& ds() const { return ds_; }

    /// `kaspar ds check`, which asks that server of the parent and that validating resolver.
    CommandResult check_ds(std::uint16_t server, std::uint16_t resolver) const {
        auto configuration = nlohmann::json::parse(site_.read("kaspar.json"), nullptr, true, true);
        configuration["resolvers"] = {fmt::format("127.0.0.1@{}", resolver)};
        configuration["resolvers_validate"] = true;
        site_.write("kaspar.json", configuration.dump());
        auto policy = nlohmann::json::parse(site_.read("policies/test.json"));
        policy["parent"]["servers"] = {fmt::format("127.0.0.1@{}", server)};
        site_.write("policies/test.json", policy.dump());
        expect(site_.enforcer());
        return site_.kaspar({"ds", "check", name_, "--json"});
    }

    ServedZone served() const { return {name_ + ".", site_ / (name_ + ".signed")}; }

    /// Changes one character of the first signature over the owner's RRset of this type in the file
    /// that is served.
    void damage(const std::string& owner, const std::string& type) const {
        std::istringstream lines(site_.read(name_ + ".signed"));
        std::string text, line;
        bool done = false;
        while (std::getline(lines, line)) {
            if (!done && line.starts_with(owner + "\t") &&
                line.find("\tRRSIG\t" + type + " ") != line.npos) {
                char& letter = line[line.size() - 20];  // well within the signature
                letter = letter == 'A' ? 'B' : 'A';
                done = true;
            }
            text += line + '\n';
        }
        INFO("no signature over " << owner << " " << type << " in\n" << text);
        REQUIRE(done);
        site_.write(name_ + ".signed", text);
    }

  private:
    std::string name_, ds_;
    Installation site_;
};

std::string policy_with_csk(const std::string& denial, const std::string& algorithm) {
    return fmt::format(R"({{ "version": 1, "denial": {}, "keys": [
        {{ "role": "csk", "algorithm": "{}", "keystore": "local" }} ] }})",
                       denial, algorithm);
}

/// shop.example with a signed child, shut.shop.example, and an unsigned one, open.shop.example.
class Shop {
  public:
    explicit Shop(const std::string& policy_of_shop)
        : child_("shut.shop.example", policy(R"({ "type": "nsec" })", "ecdsap256sha256"),
                 child_zone),
          parent_("shop.example", policy_of_shop, parent_zone + child_.ds() + "\n") {
        write_text(folder_ / "open", child_zone);
    }

    NameServer serve() const {
        return NameServer(
            {parent_.served(), child_.served(), {"open.shop.example.", folder_ / "open"}});
    }

    const SignedZone& zone() const { return parent_; }
    const SignedZone& child() const { return child_; }
    const std::string& ds() const { return parent_.ds(); }

  private:
    TempFolder folder_;
    SignedZone child_, parent_;
};

/// What unbound says, in a line: "www A: secure NOERROR 2".
std::string told(Resolver& resolver, const std::string& name, const std::string& type) {
    const auto full = name.empty() ? "shop.example." : name + ".shop.example.";
    const auto found = resolver.resolve(full, type);
    std::ostringstream text;
    text << name << ' ' << type << ": " << found.security << ' ' << found.status;
    return text.str();
}

void check_zone(const Shop& shop, bool opt_out) {
    const auto server = shop.serve();
    Resolver resolver(server, shop.ds());
    const auto says = [&](const std::string& name, const std::string& type,
                          const std::string& expected) {
        INFO(resolver.log());
        CHECK(told(resolver, name, type) == name + " " + type + ": " + expected);
    };
    // An opt-out NSEC3 that covers a name proves nothing about unsigned delegations there, so
    // denials of names are not secure (RFC 5155 §9.2).
    const std::string absent = opt_out ? "insecure NXDOMAIN" : "secure NXDOMAIN";

    says("", "SOA", "secure NOERROR");
    says("", "DNSKEY", "secure NOERROR");
    says("www", "A", "secure NOERROR");
    says("WwW", "AAAA", "secure NOERROR");
    says("alias", "A", "secure NOERROR");
    says("a.moved", "A", "secure NOERROR");
    // No such type; an empty non-terminal; the parent of several.
    says("www", "MX", "secure NOERROR");
    says("b.ent", "A", "secure NOERROR");
    says("ent", "TXT", "secure NOERROR");
    says("wild", "A", "secure NOERROR");
    // No such name, near and deep.
    says("nobody", "A", absent);
    says("x.y.z.nobody", "A", absent);
    says("z.b.ent", "A", absent);
    says("below.www", "A", absent);
    // Delegations: signed, its own data secure by the child's DS; unsigned.
    says("shut", "DS", "secure NOERROR");
    says("www.shut", "A", "secure NOERROR");
    says("nobody.shut", "A", "secure NXDOMAIN");
    says("open", "DS", opt_out ? "insecure NOERROR" : "secure NOERROR");
    says("www.open", "A", "insecure NOERROR");
    // Wildcards, with the proof that nothing is nearer.
    const std::string expanded = opt_out ? "insecure NOERROR" : "secure NOERROR";
    says("some.wild", "TXT", expanded);
    says("two.labels.wild", "TXT", expanded);
    says("some.wild", "A", expanded);
    says("some.catch", "A", expanded);
    says("*.wild", "TXT", "secure NOERROR");
}

}  // namespace

TEST_CASE("a resolver that trusts `ds show` finds an NSEC zone secure", "[resolver]") {
    check_zone(Shop(policy(R"({ "type": "nsec" })", "ecdsap256sha256")), false);
}

TEST_CASE("a resolver that trusts `ds show` finds an NSEC3 zone secure", "[resolver]") {
    check_zone(Shop(policy(R"({ "type": "nsec3" })", "ed25519")), false);
}

TEST_CASE("a resolver that trusts `ds show` finds a zone with one combined key secure",
          "[resolver]") {
    check_zone(Shop(policy_with_csk(R"({ "type": "nsec3" })", "ecdsap384sha384")), false);
}

TEST_CASE("a resolver that trusts `ds show` finds an opt-out zone secure", "[resolver]") {
    check_zone(Shop(policy(R"({ "type": "nsec3", "opt_out": true })", "rsasha256")), true);
}

TEST_CASE("a resolver takes a damaged signature for bogus, and only that", "[resolver]") {
    const Shop shop(policy(R"({ "type": "nsec" })", "ecdsap256sha256"));
    auto server = shop.serve();
    {
        Resolver before(server, shop.ds());
        CHECK(told(before, "www", "A") == "www A: secure NOERROR");
        CHECK(told(before, "nobody", "A") == "nobody A: secure NXDOMAIN");
    }
    shop.zone().damage("www.shop.example.", "A");
    // moved. … ns. covers "nobody".
    shop.zone().damage("moved.shop.example.", "NSEC");
    server.restart();
    Resolver after(server, shop.ds());
    CHECK(told(after, "www", "A") == "www A: bogus SERVFAIL");
    CHECK(told(after, "alias", "A") == "alias A: bogus SERVFAIL");
    CHECK(told(after, "nobody", "A") == "nobody A: bogus SERVFAIL");
    CHECK(told(after, "www", "AAAA") == "www AAAA: secure NOERROR");
    CHECK(told(after, "www", "MX") == "www MX: secure NOERROR");
    CHECK(told(after, "alpha", "A") == "alpha A: secure NXDOMAIN");
    CHECK(told(after, "www.shut", "A") == "www.shut A: secure NOERROR");
}

TEST_CASE("a resolver takes a zone whose DNSKEY signature is damaged for bogus", "[resolver]") {
    const Shop shop(policy(R"({ "type": "nsec3" })", "ecdsap256sha256"));
    shop.zone().damage("shop.example.", "DNSKEY");
    const auto server = shop.serve();
    Resolver resolver(server, shop.ds());
    CHECK(told(resolver, "www", "A") == "www A: bogus SERVFAIL");
    CHECK(told(resolver, "nobody", "A") == "nobody A: bogus SERVFAIL");
    CHECK(told(resolver, "www.shut", "A") == "www.shut A: bogus SERVFAIL");
}

TEST_CASE("a resolver that trusts another zone's DS takes the zone for bogus", "[resolver]") {
    const Shop shop(policy(R"({ "type": "nsec" })", "ecdsap256sha256"));
    auto other = shop.ds();
    other.back() = other.back() == '0' ? '1' : '0';
    const auto server = shop.serve();
    Resolver resolver(server, other);
    CHECK(told(resolver, "www", "A") == "www A: bogus SERVFAIL");
}

TEST_CASE("`ds check` asks a validating resolver, too, and counts what it finds secure",
          "[resolver]") {
    const Shop shop(policy(R"({ "type": "nsec" })", "ecdsap256sha256"));
    auto server = shop.serve();
    {
        Resolver resolver(server, shop.ds());
        const auto good = shop.child().check_ds(server.port(), resolver.port());
        INFO(good.output << good.errors);
        CHECK(good.status == 0);
        CHECK(nlohmann::json::parse(good.output)["counts"] == true);
    }
    shop.zone().damage("shut.shop.example.", "DS");
    server.restart();
    Resolver resolver(server, shop.ds());
    const auto bogus = shop.child().check_ds(server.port(), resolver.port());
    INFO(bogus.output);
    CHECK(bogus.status == 1);
    CHECK(nlohmann::json::parse(bogus.output)["counts"] == false);
    CHECK(bogus.output.find("answers SERVFAIL") != std::string::npos);
}

}  // namespace resolver_test
