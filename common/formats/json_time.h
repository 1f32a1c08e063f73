// A time, or none, in the JSON that commands print.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>

#include "common/values/time.h"

namespace kaspar {

/// RFC 3339, or null.
inline nlohmann::ordered_json json_time(const std::optional<Time>& time) {
    return time ? nlohmann::ordered_json(to_rfc3339(*time)) : nlohmann::ordered_json();
}

}  // namespace kaspar
