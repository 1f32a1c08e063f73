// Telling the parent that the zone's CDS changed: NOTIFY(CDS) to the target that the parent's DSYNC
// record names (RFC 9859).
#pragma once

#include "enforcer/dns/lookup.h"

namespace kaspar::enforcer {

struct DsyncTarget {
    Name host;
    std::uint16_t port;
};

/// Where the parent wants NOTIFY(CDS) for `zone` (RFC 9859 §4.1). Fault: refused if it names no
/// target; io.
Result<DsyncTarget> find_dsync_target(const Name& zone,
                                      const std::vector<ServerAddress>& resolvers);

/// Notifies it; one address that acknowledges is enough. Fault: io, with what each address said.
Outcome notify_parent(const Name& zone, const std::vector<ServerAddress>& resolvers);

/// "example._dsync.org" for example.org below org (RFC 9859 §4.1).
Name dsync_name(const Name& zone, const Name& parent);

/// A target of NOTIFY(CDS) in DSYNC RDATA (RFC 9859 §2.1). Absent: it is about something else.
std::optional<DsyncTarget> cds_target(BytesView rdata);

}  // namespace kaspar::enforcer
