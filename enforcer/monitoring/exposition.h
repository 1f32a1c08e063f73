// Metrics in Prometheus's text format, and served over HTTP (prometheus-cpp).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/values/result.h"

namespace kaspar::enforcer {

struct Sample {
    std::vector<std::pair<std::string, std::string>> labels;
    double value;
};

/// A gauge: all of Kaspar's metrics tell how things are, none counts.
struct Metric {
    std::string name;
    std::string help;
    std::vector<Sample> samples;
};

std::string exposition_text(const std::vector<Metric>& metrics);

/// An address at which metrics are served, at /metrics, until it is dropped.
class Exposition {
  public:
    /// `collect` is asked at every request, by other threads. Fault: io.
    static Result<Exposition> listen(const std::string& address,
                                     std::function<std::vector<Metric>()> collect);
    Exposition(Exposition&&) noexcept;
    Exposition& operator=(Exposition&&) noexcept;
    ~Exposition();

  private:
    struct Server;
    explicit Exposition(std::unique_ptr<Server> server);
    std::unique_ptr<Server> server_;
};

}  // namespace kaspar::enforcer
