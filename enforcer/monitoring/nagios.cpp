#include "enforcer/monitoring/nagios.h"

#include <fmt/format.h>

namespace kaspar::enforcer {

namespace {

/// "|" begins performance data, a line end ends the message.
std::string one_line(std::string words) {
    for (char& c : words)
        if (c == '|')
            c = '/';
        else if (static_cast<unsigned char>(c) < 0x20)
            c = ' ';
    return words;
}

std::string performance_data(const Diagnosis& diagnosis, Time now) {
    std::string data =
        fmt::format("zones={};;;0 reasons={};;;0", diagnosis.zones, diagnosis.reasons.size());
    // Thresholds are ranges: "259200:" alerts below.
    if (const auto& nearest = diagnosis.nearest)
        data += fmt::format(" first_expiry={}s;{}:;{}:", (nearest->at - now).count(),
                            nearest->warning.count(), nearest->critical.count());
    return data;
}

std::string summary(const Diagnosis& diagnosis, Time now) {
    if (!diagnosis.reasons.empty()) {
        const std::size_t others = diagnosis.reasons.size() - 1;
        return one_line(diagnosis.reasons.front().text()) +
               (others == 0 ? std::string() : fmt::format(" (and {} more)", others));
    }
    std::string words =
        fmt::format("{} {}", diagnosis.zones, diagnosis.zones == 1 ? "zone" : "zones");
    if (const auto& nearest = diagnosis.nearest)
        words += fmt::format(", first expiry in {} ({})", brief(nearest->at - now), nearest->zone);
    return words;
}

std::string_view name_of(NagiosState state) {
    switch (state) {
        case NagiosState::ok:
            return "OK";
        case NagiosState::warning:
            return "WARNING";
        case NagiosState::critical:
            return "CRITICAL";
        case NagiosState::unknown:
            break;
    }
    return "UNKNOWN";
}

}  // namespace

NagiosState nagios_state(const Diagnosis& diagnosis) {
    if (diagnosis.reasons.empty())
        return NagiosState::ok;
    return diagnosis.reasons.front().severity == Reason::Severity::critical ? NagiosState::critical
                                                                            : NagiosState::warning;
}

std::string nagios_text(const Diagnosis& diagnosis, Time now) {
    std::string text = fmt::format("KASPAR {} - {}|{}\n", name_of(nagios_state(diagnosis)),
                                   summary(diagnosis, now), performance_data(diagnosis, now));
    for (const Reason& reason : diagnosis.reasons)
        text += fmt::format("[{}] {}\n", word(reason.severity), one_line(reason.text()));
    return text;
}

std::string nagios_unknown_text(const Fault& fault) {
    return fmt::format("KASPAR UNKNOWN - {}\n", one_line(fault.words));
}

}  // namespace kaspar::enforcer
