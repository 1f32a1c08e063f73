#include "enforcer/servers/dsync.h"

#include <fmt/format.h>

namespace kaspar::enforcer {

namespace {

constexpr std::uint8_t scheme_notify = 1;  // RFC 9859 §2.2
constexpr std::string_view dsync_label = "\x06_dsync";

std::optional<DsyncTarget> first_target(const Answer& answer) {
    for (const Record& record : answer.answer)  // an alias on the way changes the owner
        if (record.type == rrtype::dsync)
            if (auto target = cds_target(record.rdata))
                return target;
    return std::nullopt;
}

}  // namespace

std::optional<DsyncTarget> cds_target(BytesView rdata) {
    constexpr std::size_t fixed_octets = 5;  // type, scheme, port
    if (rdata.size() <= fixed_octets || (rdata[0] << 8 | rdata[1]) != rrtype::cds ||
        rdata[2] != scheme_notify)
        return std::nullopt;
    auto host = Name::from_wire(rdata.subspan(fixed_octets));
    if (!host.ok() || host->is_root())
        return std::nullopt;
    return DsyncTarget{std::move(host).value(),
                       static_cast<std::uint16_t>(rdata[3] << 8 | rdata[4])};
}

Name dsync_name(const Name& zone, const Name& parent) {
    const std::size_t own = zone.wire().size() - parent.wire().size();
    Bytes wire(zone.wire().begin(), zone.wire().begin() + static_cast<std::ptrdiff_t>(own));
    wire.insert(wire.end(), dsync_label.begin(), dsync_label.end());
    wire.insert(wire.end(), parent.wire().begin(), parent.wire().end());
    auto name = Name::from_wire(wire);
    return name.ok() ? std::move(name).value() : parent;
}

Result<DsyncTarget> find_dsync_target(const Name& zone,
                                      const std::vector<ServerAddress>& resolvers) {
    KASPAR_TRY(const ZoneServers parent, find_parent(zone, resolvers));
    for (const Name& name : {dsync_name(zone, parent.zone), dsync_name(parent.zone, parent.zone)}) {
        KASPAR_TRY(const Answer answer, resolve({name, rrtype::dsync, true}, resolvers));
        if (const auto target = first_target(answer))
            return *target;
    }
    return Fault{FaultClass::refused,
                 fmt::format("the parent {} names no target for NOTIFY(CDS) (no DSYNC at {})",
                             parent.zone.text(), dsync_name(zone, parent.zone).text())};
}

Outcome notify_parent(const Name& zone, const std::vector<ServerAddress>& resolvers) {
    KASPAR_TRY(const DsyncTarget target, find_dsync_target(zone, resolvers));
    std::vector<Asking> askings;
    std::vector<std::string> names;
    for (const NamedServer& server : addresses_of({target.host}, resolvers)) {
        if (!server.address)
            continue;
        askings.push_back({*server.address, {zone, rrtype::cds, false, true}, std::nullopt});
        askings.back().server.port = target.port;
        names.push_back(server.name);
    }
    std::string words = target.host.text() + ":";
    const auto replies = ask(askings);
    for (std::size_t i = 0; i < replies.size(); ++i) {
        if (replies[i].ok() && replies[i]->rcode == rcode::no_error)
            return Done{};
        words +=
            fmt::format(" {} port {}: {};", names[i], target.port,
                        replies[i].ok() ? rcode_word(replies[i]->rcode) : replies[i].fault().words);
    }
    return Fault{FaultClass::io, replies.empty() ? words + " no address" : words};
}

}  // namespace kaspar::enforcer
