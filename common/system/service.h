// What a program that stays tells the service manager that started it (systemd, sd_notify(3)): that
// it is ready, what it does, and that it is alive. Where none asked ($NOTIFY_SOCKET), nothing
// happens.
//
// It is alive while work goes on: who works says so from within the work, step by step, never a
// thread of its own, which would go on when the work hangs.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace kaspar {

void tell_ready();
void tell_stopping();

/// One line for `systemctl status`.
void tell_status(std::string_view words);

/// Any thread, any number of times; the manager hears of it no more often than it must.
void tell_alive();

/// How often a program that waits has to tell that it is alive. Absent: nobody asks.
std::optional<std::chrono::milliseconds> alive_interval();

}  // namespace kaspar
