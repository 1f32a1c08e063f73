// Which zones a signer looks at, in which order, and when it must look again.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <vector>

#include "signer/due_index.h"
#include "signer/execute.h"

namespace kaspar::signer {

/// The zones of a round.
struct Work {
    /// The instruction files of those to look at, the one whose signatures expire first at the
    /// front (design promise 9), zones that were never published behind.
    std::vector<std::filesystem::path> due;
    std::vector<const QuietZone*> quiet;  ///< the others, in the same order; the index's
};

/// All zones, of which the index tells what is not due. Forgets zones that have no instruction.
/// Fault: io.
Result<Work> sort_work(const Configuration& configuration, DueIndex& index, Time now);

/// How a round went.
struct Round {
    std::vector<Execution> executions;
    std::vector<const QuietZone*> quiet;

    bool good() const;
    /// Changes of these call for another round.
    std::vector<std::filesystem::path> inputs() const;
};

/// Executes the instructions in these files, several at once, begun in their order; one that fails
/// stops no other. Before each, `go_on` may end the round; `tell` is told of each in their order,
/// as soon as all before it are done. Both are called by one thread at a time.
std::vector<Execution> execute_all(const std::vector<std::filesystem::path>& files,
                                   const Surroundings& surroundings,
                                   const std::function<bool()>& go_on,
                                   const std::function<void(const Execution&)>& tell);

/// Keeps in the index how the executed zones are now, by their instruction files.
void note(DueIndex& index, const std::vector<std::filesystem::path>& files,
          const std::vector<Execution>& executions);

/// When the next round is due though no file changes: the first refresh, or a new attempt at a zone
/// that failed; after an hour at the latest. The pause before a new attempt grows with the number
/// of rounds in a row in which some zone failed, this one included.
Time next_round(const Round& round, Time now, unsigned failed_rounds);

}  // namespace kaspar::signer
