// Asking many name servers at once. No answer is made up: who does not answer in time has not
// answered.
#pragma once

#include <span>
#include <vector>

#include "enforcer/dns/conversation.h"

namespace kaspar::enforcer {

struct Asking {
    ServerAddress server;
    Question question;
    std::optional<TsigKey> key;
};

/// The answers, in the order of the questions. Fault: io if none came; input if what came is no DNS
/// answer, or not signed as it must be.
std::vector<Result<Answer>> ask(std::span<const Asking> askings, const Patience& patience = {});

}  // namespace kaspar::enforcer
