// What the signer remembers of the zones that were quiet (quiet_zone.h), in one file of its
// own, so that a round costs what is due and not what exists. A cache: nothing is lost with it.
// An entry proves itself by the files that it names; a file that is missing, damaged, of another
// version, or made under another enforcer's key counts as empty, and the zones are looked at one
// by one.
//
//     state/executed/.due = "Kaspar due index 1\n" SHA-256 of all that follows
//                           stamp of the enforcer's public key
//                           number of zones, then for each its instruction's file name and
//                           QuietZone
//
// Numbers have 8 octets, big-endian; texts and lists are preceded by their length; what may be
// absent, by 1 or 0.
#pragma once

#include <map>
#include <set>
#include <string>

#include "common/values/result.h"
#include "signer/quiet_zone.h"

namespace kaspar::signer {

class DueIndex {
  public:
    /// What the file says, or nothing.
    static DueIndex read(const Configuration& configuration);

    /// By the file name of the zone's instruction; nullptr: not known to be quiet.
    const QuietZone* find(const std::string& name) const;

    /// From now on that is known of the zone; absent: nothing.
    void keep(const std::string& name, std::optional<QuietZone> quiet);

    /// Forgets all zones but these.
    void keep_only(const std::set<std::string>& names);

    /// Writes the file, if anything changed since it was read or written. Fault: io.
    Outcome write(const Configuration& configuration);

  private:
    std::map<std::string, QuietZone, std::less<>> zones_;
    bool changed_ = false;
};

}  // namespace kaspar::signer
