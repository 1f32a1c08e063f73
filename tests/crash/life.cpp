#include "tests/crash/life.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "tests/support/minute_policy.h"

using namespace std::chrono_literals;

namespace kaspar::test::crash {
namespace {

const Time start = *parse_rfc3339("2026-11-24T00:00:00Z");

using Words = std::vector<std::string>;

void edit_nothing(const Installation&) {}

CommandResult enforcer(const Installation& site) {
    return site.enforcer();
}

CommandResult signer(const Installation& site) {
    return site.signer();
}

class Life {
  public:
    explicit Life(const std::string& keystore)
        : keys_(minute_key(keystore, "ksk") + "," + minute_key(keystore, "zsk")) {}

    std::vector<Step> lived() {
        edit("policies/test.json", minute_policy(keys_));
        edit(zone, minute_zone);
        add({"zone", "add", zone, "--policy", "test", "--input", "@" + zone, "--output",
             "@" + signed_zone});
        turns(6);
        add({"key", "generate", zone, "--role", "zsk", "--rolls", "1"});
        add({"key", "export", zone, "--form", "bind", "--folder", "@exported"});
        add({"backup", "@kaspar.tar"});
        add({"key", "roll", zone, "--role", "zsk"});
        turns(4);
        add({"key", "roll", zone, "--role", "ksk"});
        turns(6);
        edit(zone, std::string(minute_zone) + "more A 192.0.2.9\n");
        turns(1);
        edit("policies/test.json", minute_policy(keys_, R"("denial": { "type": "nsec3" },)"));
        turns(1);
        add({"key", "purge", zone});
        add({"zone", "remove", zone, "--force"});
        turns(1);
        return std::move(steps_);
    }

  private:
    /// What an editor writes before the next command.
    void edit(const std::string& file, const std::string& text) {
        edit_ = [file, text, before = edit_](const Installation& site) {
            before(site);
            site.write(file, text);
        };
    }

    void add(const std::string& words, std::function<CommandResult(const Installation&)> action) {
        steps_.push_back({now_, fmt::format("{} {}", to_rfc3339(now_).substr(11, 5), words),
                          std::exchange(edit_, edit_nothing), std::move(action)});
    }

    /// A command of `kaspar`; "@" stands for the set-up's folder.
    void add(const Words& words) {
        add(fmt::format("kaspar {}", fmt::join(words, " ")), [words](const Installation& site) {
            Words arguments = words;
            for (auto& word : arguments)
                if (word.starts_with('@'))
                    word = (site / word.substr(1)).string();
            return site.kaspar(arguments);
        });
    }

    /// The timers' work every ten minutes, and the operator, who answers for the parent at once.
    void turns(int count) {
        for (; count > 0; --count, now_ += 10min) {
            add("kaspar-enforcer once", enforcer);
            add("kaspar-signer once", signer);
            add("kaspar-enforcer once", enforcer);
            add({"ds", "seen", zone});
            add({"ds", "gone", zone});
        }
    }

    std::string keys_;
    Time now_ = start;
    std::function<void(const Installation&)> edit_ = edit_nothing;
    std::vector<Step> steps_;
};

}  // namespace

std::vector<Step> life_of_a_zone(const std::string& keystore) {
    return Life(keystore).lived();
}

std::string turn(const Installation& site) {
    for (const auto& program : {enforcer, signer, enforcer})
        if (const auto result = program(site); result.status != 0)
            return fmt::format("exit status {}: {}{}", result.status, result.output, result.errors);
    return "";
}

}  // namespace kaspar::test::crash
