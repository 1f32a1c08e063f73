#include "signer/rounds.h"

#include <algorithm>

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

Time expiry_of(const Configuration& configuration, const Path& file) {
    const auto last = read_last_report(report_file(configuration, file));
    if (!last.ok() || !last->report || !last->report->publication)
        return Time::max();
    return last->report->publication->first_expiry.value_or(Time::max());
}

std::optional<Time> next_look(const Execution& execution, Time now, Duration pause) {
    const auto refresh = execution.publication ? execution.publication->next_refresh : std::nullopt;
    if (execution.good())
        return refresh;
    const auto attempt = now + pause;
    return refresh && *refresh > now ? std::min(*refresh, attempt) : attempt;
}

}  // namespace

Result<std::vector<std::filesystem::path>> order_of_work(const Configuration& configuration) {
    KASPAR_TRY(auto files, list_instructions(configuration));
    std::vector<std::pair<Time, Path>> by_expiry;
    for (auto& file : files)
        by_expiry.emplace_back(expiry_of(configuration, file), std::move(file));
    std::sort(by_expiry.begin(), by_expiry.end());
    files.clear();
    for (auto& [expiry, file] : by_expiry)
        files.push_back(std::move(file));
    return files;
}

std::vector<Execution> execute_all(const std::vector<std::filesystem::path>& files,
                                   const Surroundings& surroundings,
                                   const std::function<bool()>& go_on,
                                   const std::function<void(const Execution&)>& tell) {
    std::vector<Execution> executions;
    for (const auto& file : files) {
        if (!go_on())
            break;
        tell(executions.emplace_back(execute(file, surroundings)));
    }
    return executions;
}

bool all_good(const std::vector<Execution>& executions) {
    return std::all_of(executions.begin(), executions.end(),
                       [](const Execution& execution) { return execution.good(); });
}

Time next_round(const std::vector<Execution>& executions, Time now, unsigned failed_rounds) {
    Time next = now + longest_wait;
    for (const auto& execution : executions)
        if (const auto look = next_look(execution, now, pause_after(failed_rounds)))
            next = std::min(next, *look);
    return next;
}

}  // namespace kaspar::signer
