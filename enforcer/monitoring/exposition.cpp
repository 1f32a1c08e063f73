#include "enforcer/monitoring/exposition.h"

#include <fmt/format.h>
#include <prometheus/exposer.h>
#include <prometheus/text_serializer.h>

#include <sstream>

namespace kaspar::enforcer {

namespace {

prometheus::ClientMetric to_client(const Sample& sample) {
    prometheus::ClientMetric client;
    for (const auto& [name, value] : sample.labels)
        client.label.push_back({name, value});
    client.gauge.value = sample.value;
    return client;
}

std::vector<prometheus::MetricFamily> to_families(const std::vector<Metric>& metrics) {
    std::vector<prometheus::MetricFamily> families;
    for (const Metric& metric : metrics) {
        prometheus::MetricFamily family{
            metric.name, metric.help, prometheus::MetricType::Gauge, {}};
        for (const Sample& sample : metric.samples)
            family.metric.push_back(to_client(sample));
        families.push_back(std::move(family));
    }
    return families;
}

class Collection : public prometheus::Collectable {
  public:
    explicit Collection(std::function<std::vector<Metric>()> collect)
        : collect_(std::move(collect)) {}
    std::vector<prometheus::MetricFamily> Collect() const override {
        return to_families(collect_());
    }

  private:
    std::function<std::vector<Metric>()> collect_;
};

}  // namespace

std::string exposition_text(const std::vector<Metric>& metrics) {
    std::ostringstream text;
    prometheus::TextSerializer().Serialize(text, to_families(metrics));
    return text.str();
}

struct Exposition::Server {
    std::shared_ptr<prometheus::Collectable> collection;
    prometheus::Exposer exposer;

    Server(const std::string& address, std::function<std::vector<Metric>()> collect)
        : collection(std::make_shared<Collection>(std::move(collect))), exposer(address, 1) {
        exposer.RegisterCollectable(collection);
    }
};

Exposition::Exposition(std::unique_ptr<Server> server) : server_(std::move(server)) {}
Exposition::Exposition(Exposition&&) noexcept = default;
Exposition& Exposition::operator=(Exposition&&) noexcept = default;
Exposition::~Exposition() = default;

Result<Exposition> Exposition::listen(const std::string& address,
                                      std::function<std::vector<Metric>()> collect) {
    try {
        return Exposition(std::make_unique<Server>(address, std::move(collect)));
    } catch (const std::exception& error) {
        return Fault{FaultClass::io,
                     fmt::format("metrics cannot be served at {} ({}); is another program there? "
                                 "\"metrics.listen\" in kaspar.json names the address",
                                 address, error.what())};
    }
}

}  // namespace kaspar::enforcer
