// The metrics, by their names: the one table of what `kaspar metrics` tells. tools/monitoring has
// alert rules and a dashboard that use these names.
#pragma once

#include <span>

#include "enforcer/monitoring/exposition.h"
#include "enforcer/monitoring/figures.h"

namespace kaspar::enforcer {

/// Every metric, those without samples included.
std::vector<Metric> metrics_of(const SiteFigures& site, std::span<const ZoneFigures> zones,
                               Time now);

}  // namespace kaspar::enforcer
