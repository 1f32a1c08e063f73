// The rules by which the test token makes trouble: a text, one rule a line, # begins a comment.
//
//   FUNCTION WHEN ACTION
//
// FUNCTION  a function of Cryptoki, or * for all
// WHEN      the calls that are meant, counted from 1 over all processes since the rules were
//           written: 3, 3-5, 3+ (from the third on), * (all). With FUNCTION *, the calls of all
//           functions are counted together.
// ACTION    error CKR_…    the call fails; the real module does not see it
//           crash          the process aborts
//           kill           the process kills itself (SIGKILL)
//           hang           the call does not come back while the control folder is there
//           after CKR_…    the real module does its work, then the call fails: the answer is lost
//           after crash    likewise; also `after kill`, `after hang`
//           delay 2ms      the call takes so much longer; also us, s
//           flip           C_Sign: one bit of the signature is turned
//           short          C_Sign: the signature lacks its last octet
//
// All delays that are meant add up; of the other rules, the first that is meant counts. Return
// values are names of PKCS#11 v2.40 or numbers (0x80000001).
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>
#include <vector>

#include "common/values/result.h"

namespace kaspar::test {

enum class Action { error, crash, kill, hang, delay, flip, shorten };

struct Rule {
    std::size_t function;       ///< as function_number() numbers them
    std::uint64_t first, last;  ///< the calls that are meant, both included
    Action action;
    bool after;                         ///< the real module is called first
    unsigned long error = 0;            ///< CKR_…, for Action::error
    std::chrono::microseconds delay{};  ///< for Action::delay
};

/// Fault: input, with the line.
Result<std::vector<Rule>> parse_rules(std::string_view text);

}  // namespace kaspar::test
