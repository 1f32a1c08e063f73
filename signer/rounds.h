// Which zones a signer looks at, in which order, and when it must look again.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <vector>

#include "signer/execute.h"

namespace kaspar::signer {

/// The instruction files of all zones, the one whose signatures expire first at the front (design
/// promise 9), zones that were never published behind. Fault: io.
Result<std::vector<std::filesystem::path>> order_of_work(const Configuration& configuration);

/// Executes one after the other; one that fails stops no other. Before each, `go_on` may end the
/// round; after each, `tell` is told.
std::vector<Execution> execute_all(const std::vector<std::filesystem::path>& files,
                                   const Surroundings& surroundings,
                                   const std::function<bool()>& go_on,
                                   const std::function<void(const Execution&)>& tell);

bool all_good(const std::vector<Execution>& executions);

/// When the next round is due though no file changes: the first refresh, or a new attempt at a zone
/// that failed; after an hour at the latest. The pause before a new attempt grows with the number
/// of rounds in a row in which some zone failed, this one included.
Time next_round(const std::vector<Execution>& executions, Time now, unsigned failed_rounds);

}  // namespace kaspar::signer
