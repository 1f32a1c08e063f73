// A diagnosis as Nagios, Icinga and their kin read it (Monitoring Plugins Development Guidelines):
// one status line with performance data, then a line for each reason.
#pragma once

#include "enforcer/monitoring/diagnosis.h"

namespace kaspar::enforcer {

/// The exit status of a plugin.
enum class NagiosState { ok = 0, warning = 1, critical = 2, unknown = 3 };

NagiosState nagios_state(const Diagnosis& diagnosis);
std::string nagios_text(const Diagnosis& diagnosis, Time now);

/// The status line where nothing could be found out.
std::string nagios_unknown_text(const Fault& fault);

}  // namespace kaspar::enforcer
