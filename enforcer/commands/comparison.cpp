#include "enforcer/commands/comparison.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace kaspar::enforcer {

namespace {

bool agrees(const ServerView& server, const std::vector<Ds>& wanted) {
    return server.ds && *server.ds == wanted;
}

std::string tags_text(const std::vector<Ds>& records) {
    std::vector<std::string> words;
    for (const Ds& record : records)
        words.push_back(fmt::format("{} (digest {})", record.tag, record.digest_type));
    return words.empty() ? "none" : fmt::format("{}", fmt::join(words, ", "));
}

/// "has 4711 (digest 2), of no key of the zone; lacks 12345 (digest 2); still has 54321 (digest
/// 2)".
std::string difference(const std::vector<Ds>& has, const Comparison& compared) {
    const std::vector<Ds>& wanted = compared.wanted;
    std::vector<Ds> lacks, more, foreign;
    std::set_difference(wanted.begin(), wanted.end(), has.begin(), has.end(),
                        std::back_inserter(lacks));
    std::set_difference(has.begin(), has.end(), wanted.begin(), wanted.end(),
                        std::back_inserter(more));
    const auto of_no_key = [&](const Ds& one) {
        const auto& all = compared.sighting.foreign;
        return std::find(all.begin(), all.end(), one) != all.end();
    };
    std::copy_if(more.begin(), more.end(), std::back_inserter(foreign), of_no_key);
    std::erase_if(more, of_no_key);
    std::vector<std::string> words;
    if (!foreign.empty())
        words.push_back(fmt::format("has {}, of no key of the zone", tags_text(foreign)));
    if (!lacks.empty())
        words.push_back("lacks " + tags_text(lacks));
    if (!more.empty())
        words.push_back("still has " + tags_text(more));
    return fmt::format("{}", fmt::join(words, "; "));
}

Cell verdict(const ServerView& server, const Comparison& compared) {
    if (!server.ds)
        return {server.trouble, Tint::bad};
    if (agrees(server, compared.wanted))
        return {"as it should be", Tint::good};
    return {difference(*server.ds, compared), Tint::warning};
}

Json json_of(const std::vector<Ds>& records) {
    Json list = Json::array();
    for (const Ds& record : records)
        list.push_back(record.text());
    return list;
}

}  // namespace

bool Comparison::agrees() const {
    return sighting.counts && std::all_of(servers.begin(), servers.end(), [&](const auto& server) {
               return !server.ds || enforcer::agrees(server, wanted);
           });
}

std::vector<Ds> wanted_records(const ZoneView& view) {
    std::vector<Ds> wanted;
    for (const KeyIndex key : view.remembered.history.arrangement.ds)
        for (const DigestType type : view.policy.ds_digests)
            wanted.push_back(make_ds(view.zone.name, *view.remembered.rows[key].dnskey, type));
    std::sort(wanted.begin(), wanted.end());
    return wanted;
}

Comparison compare(const ZoneView& view, const std::vector<ServerAnswer>& answers) {
    Comparison compared{{}, parent_views(answers), {}};
    if (view.history_fault)
        return {};
    if (compared.servers.empty())  // as of most zones of a hoster: nothing to be worked out
        return compared;
    compared.wanted = wanted_records(view);
    compared.sighting =
        judge(compared.servers, ds_of_keys(view.zone.name, view.remembered), view.policy);
    return compared;
}

std::vector<ServerLine> lines_of(const Comparison& compared) {
    std::vector<ServerLine> lines;
    for (const ServerView& server : compared.servers)
        lines.push_back({server.server + (server.resolver ? ", a resolver" : ""),
                         server.ds ? tags_text(*server.ds) : "-",
                         server.ttl > Duration{0} ? format_duration(server.ttl) : "-",
                         verdict(server, compared)});
    return lines;
}

std::string comparison_table(const Comparison& compared) {
    Table table({{"server"}, {"DS"}, {"TTL", Column::Align::right}, {"verdict"}});
    for (const ServerLine& line : lines_of(compared))
        table.add({line.server, line.ds, line.ttl, line.verdict});
    return table.text(standard_output());
}

Json to_json(const Comparison& compared) {
    Json servers = Json::array();
    for (const ServerView& server : compared.servers)
        servers.push_back({{"server", server.server},
                           {"resolver", server.resolver},
                           {"ds", server.ds ? json_of(*server.ds) : Json()},
                           {"ttl", server.ds ? Json(server.ttl.count()) : Json()},
                           {"agrees", agrees(server, compared.wanted)},
                           {"trouble", server.ds ? Json() : Json(server.trouble)}});
    return {{"wanted", json_of(compared.wanted)},
            {"agrees", compared.agrees()},
            {"counts", compared.sighting.counts},
            {"servers", servers},
            {"unexpected", compared.sighting.strangers}};
}

}  // namespace kaspar::enforcer
