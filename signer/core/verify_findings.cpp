#include "signer/core/verify_findings.h"

#include <utility>

#include "signer/core/verify_wire.h"

namespace kaspar::signer::verification {

void Findings::List::add(BytesView owner, std::uint16_t type, std::string words) {
    ++count;
    if (has_room())
        first.push_back({name_text(owner), type_text(type), std::move(words)});
}

void Findings::List::append(List&& later) {
    count += later.count;
    for (auto& problem : later.first)
        if (has_room())
            first.push_back(std::move(problem));
}

void Findings::problem(BytesView owner, std::uint16_t type, std::string words) {
    problems_.add(owner, type, std::move(words));
}

void Findings::warning(BytesView owner, std::uint16_t type, std::string words) {
    warnings_.add(owner, type, std::move(words));
}

void Findings::append(Findings&& later) {
    problems_.append(std::move(later.problems_));
    warnings_.append(std::move(later.warnings_));
}

void Findings::give_to(VerificationResult& result) && {
    result.problems = std::move(problems_.first);
    result.problem_count = problems_.count;
    result.warnings = std::move(warnings_.first);
    result.warning_count = warnings_.count;
}

}  // namespace kaspar::signer::verification
