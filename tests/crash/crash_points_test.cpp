// Every call of every program by which something on a disk changes, through the life of a zone:
// the program is stopped there, or the call fails, or is done by half. After each the set-up is
// whole, and the next turn of the timers brings it to where it would have come to anyway.
//
// All of them take hours: tools/crash-points. Here, one in so many.
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstdlib>
#include <map>

#include "tests/crash/interposition.h"
#include "tests/crash/life.h"
#include "tests/crash/soundness.h"
#include "tests/support/catch.h"

namespace crash_points_test {

using namespace kaspar;
using namespace kaspar::test;
using namespace kaspar::test::crash;

namespace {

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
    const char* text = std::getenv(variable);
    return text == nullptr ? otherwise : std::stoull(text);
}

/// One call in so many is troubled.
const std::uint64_t stride = number_from("KASPAR_CRASH_EVERY", 251);

/// In the small walk of init, one in fewer.
const std::uint64_t point_stride = std::max<std::uint64_t>(stride / 10, 1);

/// From the beginning of a life: a zone with keys, signed.
constexpr std::size_t steps_of_a_backup = 3;

/// So many processes share the work, of which this is one.
const std::uint64_t shares = number_from("KASPAR_CRASH_SHARES", 1);
const std::uint64_t share = number_from("KASPAR_CRASH_SHARE", 0);

/// Folders as they were, to go back to. `cp -a`: with modes and times.
class Saved {
  public:
    explicit Saved(std::vector<std::filesystem::path> folders) : folders_(std::move(folders)) {}

    void save() const {
        for (const auto& folder : folders_)
            copy(folder, kept(folder));
    }
    void restore() const {
        for (const auto& folder : folders_)
            copy(kept(folder), folder);
    }

  private:
    std::filesystem::path kept(const std::filesystem::path& folder) const {
        return copies_ / folder.filename();
    }
    static void copy(const std::filesystem::path& from, const std::filesystem::path& to) {
        std::filesystem::remove_all(to);
        expect(run({{"cp", "-a", from.string(), to.string()}}));
    }

    std::vector<std::filesystem::path> folders_;
    TempFolder copies_;
};

/// Token workers of a program that was killed end by themselves; till then they may write.
void await_orphans() {
    while (::waitpid(-1, nullptr, 0) > 0)
        continue;
}

/// True if the process outlives it.
bool goes_on(Trouble trouble) {
    return trouble == Trouble::error || trouble == Trouble::half_done;
}

class Walk {
  public:
    explicit Walk(const std::string& keystore) : steps_(life_of_a_zone(keystore)) {
        require(::prctl(PR_SET_CHILD_SUBREAPER, 1) == 0, "orphans can be awaited");
        std::vector<std::filesystem::path> folders{site_.folder()};
        if (keystore == "hsm") {
            site_.set_time(steps_.front().at);
            // A worker that got half of a call waits for the rest, and we for the worker.
            site_.add_token("hsm", token_.emplace(), SoftToken::module_file,
                            R"(, "timeout": "2s")");
            folders.push_back(token_->folder());
        }
        saved_.emplace(std::move(folders));
    }

    void walk() {
        for (const Step& step : steps_)
            walk(step);
        for (const auto& [trouble, count] : struck_)
            WARN(word(trouble) << ": " << count << " crash points walked");
        std::string words;
        for (const auto& line : complaints_)
            words += line + "\n";
        INFO(words);
        CHECK(complaints_.empty());
    }

  private:
    CommandResult act(const Step& step, Trouble trouble, std::uint64_t point) {
        calls_.aim(trouble, point);
        site_.set_environment(calls_.environment());
        auto result = step.action(site_);
        site_.set_environment({});
        await_orphans();
        return result;
    }

    void walk(const Step& step) {
        site_.set_time(step.at);
        judged_.clear();
        step.edit(site_);
        saved_->save();
        const bool is_good = act(step, Trouble::none, 0).status == 0;
        const auto count = calls_.calls();
        fmt::print(stderr, "{}: {} calls\n", step.words, count);  // a whole walk takes hours
        if (is_good && count > 0) {
            const auto hindrance = turn(site_);
            INFO(step.words << ": " << hindrance);
            REQUIRE(hindrance.empty());
            const auto wanted = outcome(site_);
            for (const auto trouble : {Trouble::stop, Trouble::power_loss, Trouble::torn,
                                       Trouble::error, Trouble::half_done})
                for (std::uint64_t point = 1; point <= count; ++point)
                    if (is_chosen())
                        try_it(step, trouble, point, wanted);
            saved_->restore();
            act(step, Trouble::none, 0);
        }
    }

    bool is_chosen() { return ++considered_ % (stride * shares) == stride * share; }

    void try_it(const Step& step, Trouble trouble, std::uint64_t point, const std::string& wanted) {
        saved_->restore();
        const auto before = numbers(site_);
        const auto result = act(step, trouble, point);
        if (!calls_.has_struck())
            return;
        ++struck_[trouble];
        std::string words = complaint(site_, before, judged_);
        if (words.empty() && goes_on(trouble) && result.status > 128)
            words = fmt::format("died: {} {}", result.status, result.errors);
        if (words.empty())
            words = go_on(step, before, wanted);
        if (!words.empty())
            complaints_.push_back(fmt::format("{}: {} at call {}, {}: {}", step.words,
                                              word(trouble), point, calls_.call(), words));
    }

    /// Whoever gave the command gives it again, and the timers do the rest.
    std::string go_on(const Step& step, const Numbers& before, const std::string& wanted) {
        (void)step.action(site_);
        if (const auto words = turn(site_); !words.empty())
            return words;
        if (const auto words = complaint(site_, before, judged_); !words.empty())
            return words;
        const auto reached = outcome(site_);
        return reached == wanted ? "" : "came to\n" + reached + "not to\n" + wanted;
    }

    Installation site_;
    std::optional<SoftToken> token_;
    std::vector<Step> steps_;
    std::optional<Saved> saved_;
    Interposition calls_{site_.folder()};
    std::uint64_t considered_ = 0;
    std::map<Trouble, std::uint64_t> struck_;
    std::vector<std::string> complaints_;
    std::string judged_;  ///< at the step's time
};

/// A command that makes a set-up in `folder`, which is not there before, is stopped at one call
/// after the other; then `go_on` does what a person would, and sees what there is.
template <typename GoOn>
void cut_short(const std::vector<std::string>& command, const std::filesystem::path& folder,
               GoOn&& go_on) {
    Interposition calls(folder);
    for (const auto trouble : {Trouble::stop, Trouble::power_loss, Trouble::torn, Trouble::error})
        for (auto point = 1 + share * point_stride;; point += shares * point_stride) {
            INFO(word(trouble) << " at call " << point);
            std::filesystem::remove_all(folder);
            calls.aim(trouble, point);
            (void)run({.arguments = command, .environment = calls.environment()});
            if (calls.calls() < point)
                break;
            go_on();
        }
}

}  // namespace

TEST_CASE("an init that was cut short is run again", "[crash][files]") {
    const TempFolder folder;
    const auto site = folder / "site";
    const std::vector<std::string> init{KASPAR_PROGRAMS "/enforcer/kaspar", "init", site.string()};
    const auto file = (site / "kaspar.json").string();
    cut_short(init, site, [&] {
        if (!std::filesystem::exists(file))
            expect(run({init}));
        expect(run({{KASPAR_PROGRAMS "/enforcer/kaspar", "-c", file, "zone", "add", zone,
                     "--policy", "default", "--input", (site / zone).string(), "--output",
                     (site / signed_zone).string()}}));
        expect(run({{KASPAR_PROGRAMS "/enforcer/kaspar-enforcer", "once", "-c", file}}));
    });
}

TEST_CASE("a restore that was cut short is no set-up, and is made again", "[crash][files]") {
    Installation site;
    const auto steps = life_of_a_zone("local");
    for (std::size_t i = 0; i < steps_of_a_backup; ++i) {
        site.set_time(steps[i].at);
        steps[i].edit(site);
        expect(steps[i].action(site));
    }
    const auto backup = (site / "kaspar.tar").string();
    expect(site.kaspar({"backup", backup, "--with-secrets"}));
    const auto keys = site.kaspar({"key", "list", "--json"}).output;

    const TempFolder folder;
    const auto restored = folder / "restored";
    const auto file = (restored / "kaspar.json").string();
    const std::vector<std::string> restore{KASPAR_PROGRAMS "/enforcer/kaspar", "restore", backup,
                                           restored.string()};
    cut_short(restore, restored, [&] {
        if (!std::filesystem::exists(file)) {
            std::filesystem::remove_all(restored);
            expect(run({restore}));
        }
        CHECK(run({{KASPAR_PROGRAMS "/enforcer/kaspar", "-c", file, "key", "list", "--json"}})
                  .output == keys);
        expect(run({{KASPAR_PROGRAMS "/enforcer/kaspar", "-c", file, "log", "--verify"}}));
    });
}

TEST_CASE("whatever call a program is stopped at, or fails, nothing is lost: keys in files",
          "[crash][files]") {
    Walk("local").walk();
}

TEST_CASE("whatever call a program is stopped at, or fails, nothing is lost: keys in a token",
          "[crash][token]") {
    Walk("hsm").walk();
}

}  // namespace crash_points_test
