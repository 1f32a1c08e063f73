#include "enforcer/monitoring/publication.h"

#include <set>

#include "common/system/file.h"
#include "common/system/log.h"

namespace kaspar::enforcer {

namespace {

constexpr auto area = "metrics";

void log_if_failed(const Outcome& outcome) {
    if (!outcome.ok())
        log_error(area, outcome.fault().words);
}

Result<std::set<std::int64_t>> ids_of_zones(Database& database) {
    KASPAR_TRY(const auto files, zone_files(database));
    std::set<std::int64_t> ids;
    for (const ZoneFiles& zone : files)
        ids.insert(zone.id);
    return ids;
}

}  // namespace

Result<std::vector<ZoneFigures>> figures_of_all(const Enforcement& with) {
    std::vector<ZoneFigures> figures;
    KASPAR_CHECK(visit_all(
        with, [&](const ZoneView& view) { figures.push_back(figures_of(view, with.now)); }));
    return figures;
}

Outcome write_metrics(const std::filesystem::path& file, const std::vector<Metric>& metrics) {
    return write_cache(file, exposition_text(metrics));
}

void MetricsPublication::serve() {
    const auto& address = configuration_.metrics.listen;
    if (!address || exposition_)
        return;
    auto exposition = Exposition::listen(*address, [this] { return collect(); });
    if (!exposition.ok())
        return log_error(area, exposition.fault().words);
    exposition_ = std::move(*exposition);
}

void MetricsPublication::after_pass(const Enforcement& with, const Pass& pass) {
    serve();
    if (configuration_.metrics.file)
        write(with, pass);
    else if (exposition_)
        log_if_failed(take_in(with, pass));
}

void MetricsPublication::write(const Enforcement& with, const Pass& pass) {
    if (!configuration_.metrics.file)
        return;
    log_if_failed(take_in(with, pass));
    log_if_failed(write_metrics(*configuration_.metrics.file, collect()));
}

Outcome MetricsPublication::take_in(const Enforcement& with, const Pass& pass) {
    KASPAR_TRY(auto site, site_figures(with));
    KASPAR_TRY(const auto ids, ids_of_zones(with.database));
    std::map<std::int64_t, ZoneFigures> fresh;
    const auto note = [&](const ZoneView& view) {
        fresh.insert_or_assign(view.zone.id, figures_of(view, with.now));
    };
    if (!complete_) {
        KASPAR_CHECK(visit_all(with, note));
    } else {
        for (const std::int64_t id : pass.looked_at) {
            KASPAR_TRY(const auto zone, find_zone(with.database, id));
            if (!zone || zone->removed)
                continue;
            KASPAR_TRY(const ZoneView view, view_zone(with, *zone));
            note(view);
        }
    }
    const std::scoped_lock lock(mutex_);
    site_ = std::move(site);
    fresh.merge(zones_);  // what is fresh stays
    zones_ = std::move(fresh);
    std::erase_if(zones_, [&](const auto& zone) { return !ids.contains(zone.first); });
    complete_ = true;
    return Done{};
}

std::vector<Metric> MetricsPublication::collect() const {
    const std::scoped_lock lock(mutex_);
    std::vector<ZoneFigures> zones;
    for (const auto& [id, figures] : zones_)
        zones.push_back(figures);
    return metrics_of(site_, zones, clock_.now());
}

}  // namespace kaspar::enforcer
