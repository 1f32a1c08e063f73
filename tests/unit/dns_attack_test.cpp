// Answers that are not the server's, or not to the question: none is taken for the answer, and the
// true one is taken though they came first (RFC 5452 §9.1).
#include <chrono>
#include <future>

#include "enforcer/dns/exchange.h"
#include "enforcer/dns/lookup.h"
#include "tests/support/catch.h"
#include "tests/support/scripted_server.h"

namespace dns_attack_test {

using namespace kaspar;
using namespace kaspar::enforcer;
using namespace kaspar::test;
using namespace std::chrono_literals;

namespace {

using Replies = std::vector<std::string>;

const std::string true_address{"\xc0\x00\x02\x01", 4}, forged_address{"\xc6\x33\x64\x01", 4};

std::string answer_with(const std::string& query, const std::string& address) {
    return answer_to(query, {record(rrtype::a, 60, address)});
}

std::string truth(const std::string& query) {
    return answer_with(query, true_address);
}

std::string forgery(const std::string& query) {
    return answer_with(query, forged_address);
}

/// A forgery with one octet of the message changed; the question begins at 12.
std::string changed(const std::string& query, std::size_t place, char bits) {
    auto reply = forgery(query);
    reply[place] = static_cast<char>(reply[place] ^ bits);
    return reply;
}

Result<Answer> ask_for_address(const ScriptedServer& server) {
    const Asking asking{{"127.0.0.1", server.port(), {}},
                        {Name::from_text("host.example").value(), rrtype::a},
                        std::nullopt};
    return std::move(ask(std::vector{asking}, {.tries = 2, .first_wait = 500ms}).front());
}

/// The address in the answer.
std::string address_from(const ScriptedServer& server) {
    const auto answer = ask_for_address(server);
    INFO((answer.ok() ? "" : answer.fault().words));
    REQUIRE(answer.ok());
    REQUIRE(answer->answer.size() == 1);
    const auto& rdata = answer->answer[0].rdata;
    return {rdata.begin(), rdata.end()};
}

}  // namespace

TEST_CASE("an answer from another address and port is not heard", "[attack][dns]") {
    const ScriptedServer server(
        [](const std::string& query) { return Replies{truth(query)}; },
        [](const std::string& query) { return Replies(100, forgery(query)); });
    CHECK(address_from(server) == true_address);
    CHECK(server.queries() == 1);
}

TEST_CASE("an answer with another id, question or kind is not taken", "[attack][dns]") {
    const std::vector<std::pair<std::size_t, char>> changes{
        {0, 1},       // the id
        {1, 1},       // its other half
        {2, '\x80'},  // a query, not a response
        {2, '\x20'},  // NOTIFY
        {5, 1},       // no question
        {13, 1},      // another name
        {26, 1},      // another type: NS? the low octet of it
        {28, 2}};     // another class
    for (const auto& [place, bits] : changes) {
        CAPTURE(place, bits);
        const ScriptedServer server([&, place = place, bits = bits](const std::string& query) {
            return Replies{changed(query, place, bits), truth(query)};
        });
        CHECK(address_from(server) == true_address);
    }
}

TEST_CASE("after some wrong guesses nothing is believed over UDP any more", "[attack][dns]") {
    const ScriptedServer server([](const std::string& query) {
        Replies replies(3, changed(query, 0, 1));
        replies.push_back(forgery(query));  // a guess that is right
        return replies;
    });
    const auto answer = ask_for_address(server);
    REQUIRE_FALSE(answer.ok());
    CHECK(answer.fault().words.find("replies that are not to the question; over TCP") !=
          std::string::npos);
}

TEST_CASE("an answer that is cut is asked for over TCP, and nothing of it is taken",
          "[attack][dns]") {
    const ScriptedServer server([](const std::string& query) {
        return Replies{changed(query, 2, 2)};  // TC
    });
    const auto answer = ask_for_address(server);
    REQUIRE_FALSE(answer.ok());
    CHECK(answer.fault().words.find("truncated answer; over TCP") != std::string::npos);
}

TEST_CASE("an answer without its end is malformed, not short", "[attack][dns]") {
    for (std::size_t left = 1; left < 16; ++left) {
        const ScriptedServer server([&](const std::string& query) {
            const auto whole = forgery(query);
            return Replies{whole.substr(0, whole.size() - left)};
        });
        CAPTURE(left);
        CHECK_FALSE(ask_for_address(server).ok());
    }
}

TEST_CASE("an answer that comes when nobody waits any more is nobody's", "[attack][dns]") {
    std::promise<void> given_up;
    auto heard = given_up.get_future();
    const ScriptedServer server([&](const std::string& query) {
        heard.wait();
        return Replies{forgery(query)};
    });
    const Asking asking{{"127.0.0.1", server.port(), {}},
                        {Name::from_text("host.example").value(), rrtype::a},
                        std::nullopt};
    const auto answers = ask(std::vector{asking}, {.tries = 1, .first_wait = 20ms});
    given_up.set_value();
    CHECK_FALSE(answers.front().ok());
}

namespace {

/// A resolver that has so many records of a type for every name.
ScriptedServer::Script many(std::uint16_t type, unsigned count) {
    return [=](const std::string& query) {
        const auto type_at = query.find('\0', 12) + 1;
        const auto asked = static_cast<std::uint16_t>(query[type_at] << 8 | query[type_at + 1]);
        std::vector<std::string> records;
        for (unsigned i = 0; asked == type && i < count; ++i)
            records.push_back(record(
                type, 60,
                type == rrtype::a ? std::string("\xc0\x00\x02", 3) + static_cast<char>(i)
                                  : "\x03n" + std::to_string(10 + i) + std::string(1, '\0')));
        return Replies{answer_to(query, records)};
    };
}

}  // namespace

TEST_CASE("of a server with many addresses some are asked, and it does not count as heard",
          "[attack][dns]") {
    const ScriptedServer resolver(many(rrtype::a, 20));
    const auto servers = addresses_of({Name::from_text("host.example").value()},
                                      {{"127.0.0.1", resolver.port(), {}}});
    REQUIRE(servers.size() == 17);
    CHECK(servers[15].address);
    CHECK_FALSE(servers[16].address);
    CHECK(servers[16].name.find("has 20 addresses") != std::string::npos);
}

TEST_CASE("a parent with more servers than any has is not asked", "[attack][dns]") {
    for (const unsigned count : {32U, 33U}) {
        const ScriptedServer resolver(many(rrtype::ns, count));
        const auto parent = find_parent(Name::from_text("example.org").value(),
                                        {{"127.0.0.1", resolver.port(), {}}});
        CHECK(parent.ok() == (count == 32));
        if (!parent.ok())
            CHECK(parent.fault().words.find("org has 33 name servers") != std::string::npos);
    }
}

}  // namespace dns_attack_test
