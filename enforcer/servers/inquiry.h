// Questions to many servers at once, each with what is to be done with its answer.
#pragma once

#include <functional>

#include "common/formats/configuration.h"
#include "enforcer/dns/exchange.h"

namespace kaspar::enforcer {

class Inquiry {
  public:
    using Take = std::function<void(const Result<Answer>& answer)>;

    explicit Inquiry(const Configuration& configuration) : configuration_(configuration) {}

    /// A server whose TSIG key cannot be had is not asked: `take` gets the fault (input, key or
    /// io).
    void add(const ServerAddress& server, Question question, Take take);

    /// Asks all, then has every answer taken, in the order of add(). How long the asking took, in
    /// real seconds, rounded up, whatever clock the program was given.
    Duration run();

  private:
    const Configuration& configuration_;
    std::vector<Asking> askings_;
    std::vector<Take> takes_;
};

/// The key of that name, with its secret read. Empty name: none. Fault: input, key or io.
Result<std::optional<TsigKey>> tsig_key(const Configuration& configuration,
                                        const std::string& name);

}  // namespace kaspar::enforcer
