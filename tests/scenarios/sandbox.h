// A sandbox made by `kaspar init`, in which the real programs run as processes on a simulated
// clock, and a signer that carries out whatever it is instructed, at once and without a zone: it
// writes the report that a perfect signer would.
#pragma once

#include <nlohmann/json.hpp>

#include "common/formats/instruction.h"
#include "common/formats/report.h"
#include "tests/support/command.h"
#include "tests/support/temp_folder.h"

namespace kaspar::test {

class Sandbox {
  public:
    Sandbox();

    std::filesystem::path operator/(const std::string& name) const { return folder_ / name; }
    std::filesystem::path instruction(const std::string& zone = "example.org") const;
    std::filesystem::path report(const std::string& zone = "example.org") const;

    /// `kaspar ARGUMENTS` and `kaspar-enforcer once` at the time that the sandbox has.
    CommandResult kaspar(std::vector<std::string> arguments) const;
    CommandResult enforcer(std::vector<std::string> options = {}) const;

    /// What a command shows, as JSON. Fails the test if the command fails.
    nlohmann::json json(std::vector<std::string> arguments) const;

    /// The key of that role in `kaspar status example.org`, the newest if there are two.
    nlohmann::json key(const std::string& role) const;

    /// `kaspar zone add` with the policy "test".
    CommandResult add_zone(const std::string& zone = "example.org") const;

    /// A zone that add_zone() adds, with all its records in every cache: over four days.
    void make_secure(const std::string& zone = "example.org");

    /// Writes the policy "test" with `to` in place of each `from`, to itself or another file.
    void edit_policy(const std::string& from, const std::string& to,
                     const std::string& file = "policies/test.json") const;

    /// A row as if the enforcer had been killed while it made a ZSK for the zone added first. The
    /// key store holds it only if the test puts it there.
    void begin_key(const std::string& locator) const;

    void write(const std::string& name, const std::string& text) const;
    std::string read(const std::filesystem::path& file) const;

    Instruction instructed(const std::string& zone = "example.org") const;

    /// The report of a signer that has just published what was instructed.
    Report perfect_report(const std::string& zone = "example.org") const;
    void sign(const std::string& zone = "example.org") const;
    void write_report(const Report& report) const;

    void wait(Duration time) { now_ += time; }
    void set_time(Time time) { now_ = time; }
    Time now() const { return now_; }

  private:
    CommandResult run_program(const std::string& program, std::vector<std::string> arguments) const;
    TempFolder temporary_;
    std::filesystem::path folder_;
    Time now_;
};

}  // namespace kaspar::test
