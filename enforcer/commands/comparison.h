// What each server of a zone's parent has, against what it should have now.
#pragma once

#include "common/system/terminal.h"
#include "enforcer/commands/view.h"
#include "enforcer/servers/asking.h"

namespace kaspar::enforcer {

struct Comparison {
    std::vector<Ds> wanted;
    std::vector<ServerView> servers;
    Sighting sighting;

    /// True if enough servers answered, and each of those has exactly what is wanted.
    bool agrees() const;
};

/// Empty if no server of the parent was asked.
Comparison compare(const ZoneView& view, const std::vector<ServerAnswer>& answers);

/// The DS records that the parent should have now, sorted.
std::vector<Ds> wanted_records(const ZoneView& view);

/// One server: what it has, with which TTL, and what is to be said of it.
struct ServerLine {
    std::string server, ds, ttl;
    Cell verdict;
};
std::vector<ServerLine> lines_of(const Comparison& compared);

/// Those lines as a table.
std::string comparison_table(const Comparison& compared);
Json to_json(const Comparison& compared);

}  // namespace kaspar::enforcer
