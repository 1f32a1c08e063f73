// Metrics where the configuration wants them: in a file after each pass, and at an address. Of
// zones at which a pass did not look, what was known before is told again. A failure is logged and
// stops nothing (design promise 8).
#pragma once

#include <map>
#include <mutex>

#include "common/system/clock.h"
#include "enforcer/monitoring/metrics.h"
#include "enforcer/pass.h"

namespace kaspar::enforcer {

/// The figures of every zone now. Fault: state, io.
Result<std::vector<ZoneFigures>> figures_of_all(const Enforcement& with);

/// Writes the metrics whole. Fault: io.
Outcome write_metrics(const std::filesystem::path& file, const std::vector<Metric>& metrics);

class MetricsPublication {
  public:
    MetricsPublication(const Configuration& configuration, const Clock& clock)
        : configuration_(configuration), clock_(clock) {}
    MetricsPublication(const MetricsPublication&) = delete;
    MetricsPublication& operator=(const MetricsPublication&) = delete;

    /// Serves them at the configured address from now on, if there is one.
    void serve();

    /// Takes in what the pass may have changed, and writes the file.
    void after_pass(const Enforcement& with, const Pass& pass);

    /// The same for a program that ends now: nothing is done unless there is a file to write.
    void write(const Enforcement& with, const Pass& pass);

  private:
    Outcome take_in(const Enforcement& with, const Pass& pass);
    std::vector<Metric> collect() const;

    const Configuration& configuration_;
    const Clock& clock_;
    mutable std::mutex mutex_;  ///< of what stands below: requests come from other threads
    bool complete_ = false;     ///< every zone was looked at once
    SiteFigures site_;
    std::map<std::int64_t, ZoneFigures> zones_;
    std::optional<Exposition> exposition_;  ///< last: it ends first
};

}  // namespace kaspar::enforcer
