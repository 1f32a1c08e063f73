// The command line of `kaspar`: what it can ask for, and the functions that wire each part of it to
// the commands.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

#include "enforcer/commands/command_line.h"
#include "enforcer/commands/commands.h"

namespace kaspar::enforcer {

/// What the command line asks for.
struct Invocation {
    CommonOptions common;
    std::function<Ending()> run;

    std::string zone, policy, input, output, folder, file, shell;
    std::string test_length = "15m";
    std::optional<std::uint16_t> tag;
    KeyRoll roll;
    KeysAhead ahead;
    KeyToImport import;
    KeyExport to_export;
    KeyStoreBench bench;
    std::optional<std::string> store;
    std::vector<std::string> servers;
    ForecastWish forecast;
    ReportWish report;
    std::size_t limit = 1000;
    std::optional<std::string> head, metrics_file;
    bool sandbox = false, force = false, purge = false, retry = false, verify = false;
    bool nagios = false, test_alert = false, end_test_alert = false;
    bool with_secrets = false, check = false, outside = false, configured = false;
    std::string dnskey, ds;

    std::optional<std::string> zone_if_given() const {
        return zone.empty() ? std::nullopt : std::optional(zone);
    }

    /// Does the command's work in a session of its own.
    Ending work(const std::function<Ending(Session&)>& command) const;

    /// Has `command` work in a session.
    void in_session(CLI::App* app, std::function<Ending(Session&)> command);
};

/// A command that has only commands below it.
CLI::App* noun(CLI::App& app, const std::string& name, const std::string& what);

/// A command about one zone, which is named.
CLI::App* verb(CLI::App& group, Invocation& asked, const std::string& name,
               const std::string& what);

// setting_up.cpp
void wire_init(CLI::App& app, Invocation& asked);
void wire_backups(CLI::App& app, Invocation& asked);
void wire_database(CLI::App& app, Invocation& asked);
void wire_completion(CLI::App& app, Invocation& asked);

// zones.cpp
void wire_zone(CLI::App& app, Invocation& asked);
void wire_policy(CLI::App& app, Invocation& asked);
void wire_ds(CLI::App& app, Invocation& asked);

// keys.cpp
void wire_key(CLI::App& app, Invocation& asked);
void wire_keystore(CLI::App& app, Invocation& asked);

// views.cpp
void wire_views(CLI::App& app, Invocation& asked);
void wire_foresight(CLI::App& app, Invocation& asked);
void wire_report(CLI::App& app, Invocation& asked);

}  // namespace kaspar::enforcer
