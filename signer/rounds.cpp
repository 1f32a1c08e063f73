#include "signer/rounds.h"

#include <algorithm>
#include <mutex>

#include "common/system/memory.h"
#include "common/values/threads.h"
#include "signer/intake.h"

namespace kaspar::signer {

namespace {

/// After a failure whose cause may pass without any file changing: a key store that is away, a full
/// disk. Twice as long each time.
constexpr Duration first_pause = std::chrono::seconds(10), longest_pause = std::chrono::minutes(5);

Duration pause_after(unsigned failed_rounds) {
    Duration pause = first_pause;
    for (unsigned round = 1; round < failed_rounds && pause < longest_pause; ++round)
        pause *= 2;
    return std::min(pause, longest_pause);
}

/// A clock that is set back must not leave a signer waiting for a time that was near before.
constexpr Duration longest_wait = std::chrono::hours(1);

/// More than processors: writing durably is mostly waiting. With many more they wait for each
/// other's locks in OpenSSL and in the folders: 64 took a tenth longer than 16 (2 cores).
constexpr unsigned zones_at_once = 16;

/// Where address space is limited: what a thread takes of it, with its stack and its part of the
/// heap, before it has done anything; and as much again for its work.
constexpr std::uint64_t space_of_a_thread = 256u << 20;

unsigned threads_that_fit() {
    const auto left = address_space_left();
    return left ? static_cast<unsigned>(
                      std::clamp<std::uint64_t>(*left / space_of_a_thread, 1, zones_at_once))
                : zones_at_once;
}

Time expiry_of(const Configuration& configuration, const Path& file) {
    const auto last = read_last_report(report_file(configuration, file));
    if (!last.ok() || !last->report || !last->report->publication)
        return Time::max();
    return last->report->publication->first_expiry.value_or(Time::max());
}

/// The items by their time, of those with the same time the earlier first.
template <typename T>
std::vector<T> earliest_first(std::vector<std::pair<Time, T>> by_time) {
    std::stable_sort(by_time.begin(), by_time.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<T> items;
    items.reserve(by_time.size());
    for (auto& [time, item] : by_time)
        items.push_back(std::move(item));
    return items;
}

/// Zones in the hands of several threads.
class ZonesAtOnce {
  public:
    ZonesAtOnce(const std::vector<Path>& files, const Surroundings& surroundings,
                const std::function<bool()>& go_on,
                const std::function<void(const Execution&)>& tell)
        : files_(files),
          surroundings_(surroundings),
          go_on_(go_on),
          tell_(tell),
          done_(files.size()) {
        if (files.size() > 1)
            surroundings_.turns = &turns_;
    }

    std::vector<Execution> execute_all() {
        {
            const auto at_once = static_cast<unsigned>(
                std::clamp<std::size_t>(files_.size(), 1, threads_that_fit()));
            const auto others = start_threads(at_once - 1, [this](unsigned) { work(); });
            work();
        }
        return std::move(told_);
    }

  private:
    void work() {
        while (const auto index = take())
            finish(*index, execute(files_[*index], surroundings_));
    }

    std::optional<std::size_t> take() {
        const std::lock_guard lock(mutex_);
        if (next_ == files_.size() || !go_on_())
            return std::nullopt;
        return next_++;
    }

    void finish(std::size_t index, Execution execution) {
        const std::lock_guard lock(mutex_);
        done_[index].emplace(std::move(execution));
        for (auto next = told_.size(); next < done_.size() && done_[next]; ++next) {
            tell_(told_.emplace_back(*std::move(done_[next])));
            done_[next].reset();
        }
    }

    const std::vector<Path>& files_;
    Surroundings surroundings_;
    const std::function<bool()>& go_on_;
    const std::function<void(const Execution&)>& tell_;
    Turns turns_;

    std::mutex mutex_;      ///< guards what follows
    std::size_t next_ = 0;  ///< that nobody has taken
    std::vector<std::optional<Execution>> done_;
    std::vector<Execution> told_;
};

std::optional<Time> next_look(const Execution& execution, Time now, Duration pause) {
    const auto refresh = execution.publication ? execution.publication->next_refresh : std::nullopt;
    if (execution.good())
        return refresh;
    const auto attempt = now + pause;
    return refresh && *refresh > now ? std::min(*refresh, attempt) : attempt;
}

}  // namespace

Result<Work> sort_work(const Configuration& configuration, DueIndex& index, Time now) {
    KASPAR_TRY(auto files, list_instructions(configuration));
    const QuietCheck check(configuration, now);
    std::vector<std::pair<Time, Path>> due;
    std::vector<std::pair<Time, const QuietZone*>> quiet;
    std::set<std::string> names;
    for (auto& file : files) {
        const auto& name = *names.insert(names.end(), file.filename().string());
        const auto* known = index.find(name);
        if (known != nullptr && check.holds(name, *known))
            quiet.emplace_back(known->first_expiry.value_or(Time::max()), known);
        else if (known != nullptr && check.knows_report(name, *known))
            due.emplace_back(known->first_expiry.value_or(Time::max()), std::move(file));
        else
            due.emplace_back(expiry_of(configuration, file), std::move(file));
    }
    index.keep_only(names);
    return Work{earliest_first(std::move(due)), earliest_first(std::move(quiet))};
}

std::vector<Execution> execute_all(const std::vector<std::filesystem::path>& files,
                                   const Surroundings& surroundings,
                                   const std::function<bool()>& go_on,
                                   const std::function<void(const Execution&)>& tell) {
    return ZonesAtOnce(files, surroundings, go_on, tell).execute_all();
}

void note(DueIndex& index, const std::vector<std::filesystem::path>& files,
          const std::vector<Execution>& executions) {
    for (std::size_t i = 0; i < executions.size(); ++i)
        index.keep(files[i].filename().string(), executions[i].quiet);
}

bool Round::good() const {
    return std::all_of(executions.begin(), executions.end(),
                       [](const Execution& execution) { return execution.good(); });
}

std::vector<std::filesystem::path> Round::inputs() const {
    std::vector<Path> paths;
    for (const auto& execution : executions)
        paths.insert(paths.end(), execution.inputs.begin(), execution.inputs.end());
    for (const auto* zone : quiet)
        for (const auto& input : zone->inputs)
            paths.emplace_back(input.path);
    return paths;
}

Time next_round(const Round& round, Time now, unsigned failed_rounds) {
    Time next = now + longest_wait;
    for (const auto& execution : round.executions)
        if (const auto look = next_look(execution, now, pause_after(failed_rounds)))
            next = std::min(next, *look);
    for (const auto* zone : round.quiet)
        next = std::min(next, zone->next_refresh.value_or(next));
    return next;
}

}  // namespace kaspar::signer
