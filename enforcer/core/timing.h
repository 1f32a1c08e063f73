// The timing formulas of RFC 7583, one line each, side by side. The plan does not use them to
// decide what is safe (windows do, in rule.h); they say how early a roll must start, they feed the
// lint, and tests hold the windows to them.
//
// Dprp propagation delay of the zone (child: DprpC), DprpP of the parent; TTLkey, TTLds, TTLsig the
// largest TTL of the DNSKEY RRset, the DS RRset and zone data; Dsgn the time until the last
// signature by an old key is replaced; Dreg the registration delay.
#pragma once

#include <algorithm>

#include "common/values/time.h"

namespace kaspar::enforcer::timing {

using std::chrono::days;
using std::chrono::hours;

/// RFC 7583 §2.1: signatures are renewed when `refresh` is left, so the oldest is replaced after
/// this.
constexpr Duration signing_delay(Duration validity, Duration refresh) {
    return validity - refresh;
}
static_assert(signing_delay(days{14}, days{7}) == days{7});

/// RFC 7583 §3.2.1, Ipub: a ZSK is published this long before it signs.
constexpr Duration zsk_publication(Duration dprp, Duration ttl_key) {
    return dprp + ttl_key;
}
static_assert(zsk_publication(hours{1}, hours{1}) == hours{2});

/// RFC 7583 §3.2.1, Iret: a ZSK that stopped signing stays published this long.
constexpr Duration zsk_retirement(Duration dsgn, Duration dprp, Duration ttl_sig) {
    return dsgn + dprp + ttl_sig;
}
static_assert(zsk_retirement(days{7}, hours{1}, days{1}) == hours{193});

/// RFC 7583 §3.2.2, Iret of the double-signature method.
constexpr Duration zsk_double_retirement(Duration dsgn, Duration dprp, Duration ttl_key,
                                         Duration ttl_sig) {
    return dsgn + dprp + std::max(ttl_key, ttl_sig);
}
static_assert(zsk_double_retirement(days{7}, hours{1}, days{2}, days{1}) == hours{217});

/// RFC 7583 §3.3.1, IpubC: a KSK is published this long before its DS is asked for.
constexpr Duration ksk_publication(Duration dprp_child, Duration ttl_key) {
    return dprp_child + ttl_key;
}
static_assert(ksk_publication(hours{1}, hours{2}) == hours{3});

/// RFC 7583 §3.3.1, Iret: a KSK whose DS was replaced stays published this long.
constexpr Duration ksk_retirement(Duration dprp_parent, Duration ttl_ds) {
    return dprp_parent + ttl_ds;
}
static_assert(ksk_retirement(hours{1}, hours{1}) == hours{2});

/// RFC 7583 §3.3.2, IpubP: a DS stands at the parent this long before its key is published.
constexpr Duration ds_publication(Duration dprp_parent, Duration ttl_ds) {
    return dprp_parent + ttl_ds;
}
static_assert(ds_publication(hours{1}, days{1}) == hours{25});

/// RFC 7583 §3.3.2, Iret: a DS whose key was withdrawn stays at the parent this long.
constexpr Duration ds_retirement(Duration dprp_child, Duration ttl_key) {
    return dprp_child + ttl_key;
}
static_assert(ds_retirement(hours{1}, hours{2}) == hours{3});

/// RFC 7583 §3.3.3, Ipub of the double-RRset method.
constexpr Duration double_rrset_publication(Duration dreg, Duration dprp_parent, Duration ttl_ds,
                                            Duration dprp_child, Duration ttl_key) {
    return std::max(dreg + dprp_parent + ttl_ds, dprp_child + ttl_key);
}
static_assert(double_rrset_publication(hours{1}, hours{1}, days{1}, hours{1}, hours{2}) ==
              hours{26});

/// How long a KSK that is given up by double-signature stays believed: until its DS is replaced,
/// its successor's DNSKEY must be everywhere; then the old DS leaves the caches, then the old
/// DNSKEY.
constexpr Duration double_signature_exposure(Duration dreg, Duration dprp_parent, Duration ttl_ds,
                                             Duration dprp_child, Duration ttl_key) {
    return ksk_publication(dprp_child, ttl_key) + dreg + ksk_retirement(dprp_parent, ttl_ds) +
           ds_retirement(dprp_child, ttl_key);
}
static_assert(double_signature_exposure(hours{1}, hours{1}, days{1}, hours{1}, hours{2}) ==
              hours{32});

/// The same by double-DS: the new DS must be everywhere, then the old DNSKEY leaves the caches,
/// then the old DS.
constexpr Duration double_ds_exposure(Duration dreg, Duration dprp_parent, Duration ttl_ds,
                                      Duration dprp_child, Duration ttl_key) {
    return 2 * (dreg + ds_publication(dprp_parent, ttl_ds)) + ds_retirement(dprp_child, ttl_key);
}
static_assert(double_ds_exposure(hours{1}, hours{1}, days{1}, hours{1}, hours{2}) == hours{55});

/// The same by double-RRset: all new records must be everywhere, then all old ones leave the
/// caches.
constexpr Duration double_rrset_exposure(Duration dreg, Duration dprp_parent, Duration ttl_ds,
                                         Duration dprp_child, Duration ttl_key) {
    return 2 * double_rrset_publication(dreg, dprp_parent, ttl_ds, dprp_child, ttl_key);
}
static_assert(double_rrset_exposure(hours{1}, hours{1}, days{1}, hours{1}, hours{2}) == hours{52});

}  // namespace kaspar::enforcer::timing
