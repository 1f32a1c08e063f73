// One kind of record, seen from a resolver: what the authoritative servers answer now, and every
// copy that some resolver may still hold. A resolver may ask at any second and any server, so the
// copy that counts is the one fetched at the last second at which some server gave that answer.
#pragma once

#include <algorithm>
#include <optional>
#include <vector>

#include "common/values/time.h"

namespace kaspar::simulation {

template <typename Content>
struct Answer {
    Content content;
    Duration ttl;

    bool operator==(const Answer&) const = default;
};

template <typename Content>
class Copies {
  public:
    /// From `now` on the primary gives these answers; a secondary may give the earlier ones for
    /// `lag` more. Returns the contents that no resolver could hold until now.
    std::vector<Content> publish(const std::vector<Answer<Content>>& answers, Time now,
                                 Duration lag) {
        fetch_until(now);
        for (Served& old : served_)
            if (!old.last && std::find(answers.begin(), answers.end(), old.answer) == answers.end())
                old.last = now + lag;
        std::vector<Content> fresh;
        for (const auto& answer : answers) {
            serve(answer);
            if (!held(answer.content))
                fresh.push_back(answer.content);
            fetch(answer, now);
        }
        return fresh;
    }

    /// All that resolvers may hold at `now`.
    std::vector<Content> all(Time now) {
        fetch_until(now);
        std::vector<Content> contents;
        for (const Copy& copy : copies_)
            contents.push_back(copy.content);
        return contents;
    }

  private:
    struct Served {
        Answer<Content> answer;
        std::optional<Time> last;  ///< when the last secondary drops it; absent: the primary has it
    };
    struct Copy {
        Content content;
        Time expires;
    };

    void serve(const Answer<Content>& answer) {
        for (Served& one : served_)
            if (one.answer == answer) {
                one.last.reset();
                return;
            }
        served_.push_back({answer, std::nullopt});
    }

    bool held(const Content& content) const {
        return std::any_of(copies_.begin(), copies_.end(),
                           [&](const Copy& copy) { return copy.content == content; });
    }

    void fetch(const Answer<Content>& answer, Time at) {
        for (Copy& copy : copies_)
            if (copy.content == answer.content) {
                copy.expires = std::max(copy.expires, at + answer.ttl);
                return;
            }
        copies_.push_back({answer.content, at + answer.ttl});
    }

    void fetch_until(Time now) {
        for (const Served& one : served_)
            fetch(one.answer, one.last ? std::min(*one.last, now) : now);
        std::erase_if(served_, [&](const Served& one) { return one.last && *one.last <= now; });
        std::erase_if(copies_, [&](const Copy& copy) { return copy.expires <= now; });
        // With a TTL of 0 nothing is cached, but the answer is still given.
        for (const Served& one : served_)
            fetch(one.answer, now);
    }

    std::vector<Served> served_;
    std::vector<Copy> copies_;
};

}  // namespace kaspar::simulation
