// One pass over every zone that is due, and the loop that makes passes. Due is a zone whose next
// event has come, that somebody flagged, whose policy changed, whose report is new, or whose
// instruction is not in its file; no other zone is touched.
#pragma once

#include <functional>

#include "common/system/clock.h"
#include "common/system/file_lock.h"
#include "enforcer/enforcement.h"
#include "enforcer/store/move_chain.h"

namespace kaspar::enforcer {

/// Something that needs a person.
struct Failure {
    std::string words;
    std::string zone = {};  ///< empty: concerns all
};

struct Pass {
    std::vector<std::int64_t> looked_at;  ///< zones, by their ids
    std::vector<Failure> failures;
    std::optional<Time> wake_at;        ///< when the next zone will be due
    std::optional<ChainHead> recorded;  ///< the audit trail's head, if it grew since the last pass
};

/// Waits until no pass is under way, and keeps others from beginning. Whoever makes keys holds
/// this: a pass clears away what is announced and not in its key store. Fault: io, refused.
Result<FileLock> exclude_passes(const Configuration& configuration);

/// Waits until no other enforcer is at work. Fault: io, state if nothing could be done at all.
Result<Pass> run_pass(const Enforcement& with);

/// Logs what a pass has to say: its failures, and the head of the audit trail.
void log_pass(const Pass& pass);

/// Makes passes until the program is asked to stop: at the next event, and whenever a report, a
/// policy file or a command asks for it. Logs failures and goes on. Fault: io, if it cannot watch.
/// `after_pass` is told of each.
Outcome run_passes(const Configuration& configuration, const Clock& clock,
                   const std::function<void(const Enforcement&, const Pass&)>& after_pass);

/// The file that commands write to wake an enforcer that stays.
std::filesystem::path wake_path(const Configuration& configuration);

/// Asks an enforcer that stays for a pass. That it fails only delays the pass.
void wake_enforcer(const Configuration& configuration);

}  // namespace kaspar::enforcer
