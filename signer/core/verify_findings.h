// What is found wrong: the first of it in words, and how much there was. For the verifier only.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/values/bytes.h"
#include "signer/core/verifier.h"

namespace kaspar::signer::verification {

class Findings {
  public:
    void problem(BytesView owner, std::uint16_t type, std::string words);
    void warning(BytesView owner, std::uint16_t type, std::string words);

    /// Problems beyond those that are listed, for which nobody made words.
    void more_problems(std::uint64_t count) { problems_.count += count; }
    bool lists_more_problems() const { return problems_.has_room(); }

    /// What was found further on in the zone.
    void append(Findings&& later);

    void give_to(VerificationResult& result) &&;

  private:
    struct List {
        std::vector<Problem> first;
        std::uint64_t count = 0;

        bool has_room() const { return first.size() < VerificationResult::most_listed; }
        void add(BytesView owner, std::uint16_t type, std::string words);
        void append(List&& later);
    };
    List problems_, warnings_;
};

}  // namespace kaspar::signer::verification
