// A set-up made by `kaspar init --sandbox`, in which all three real programs run as processes, as
// an operator would run them.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/formats/report.h"
#include "tests/support/command.h"
#include "tests/support/soft_token.h"
#include "tests/support/temp_folder.h"

namespace kaspar::test {

class Installation {
  public:
    Installation();

    const std::filesystem::path& folder() const { return folder_; }
    std::filesystem::path operator/(const std::string& name) const { return folder_ / name; }
    void write(const std::string& name, const std::string& text) const;
    std::string read(const std::string& name) const;

    /// From now on the programs are told that it is `now`; nothing: the system's clock.
    void set_time(std::optional<Time> now) { now_ = now; }

    /// What the programs have in their environment besides ours.
    void set_environment(std::map<std::string, std::string> added) {
        environment_ = std::move(added);
    }

    CommandResult kaspar(std::vector<std::string> arguments) const;
    CommandResult enforcer(std::vector<std::string> options = {}) const;
    CommandResult signer(std::vector<std::string> options = {}) const;

    /// `kaspar-signer verify` of a zone's output.
    CommandResult verify(const std::string& zone) const;

    /// Adds a key store to kaspar.json: its fields as JSON, without the braces.
    void add_key_store(const std::string& name, const std::string& fields) const;

    /// Writes a file that only its owner may read.
    void write_secret(const std::string& name, const std::string& text) const;

    /// Adds a key store to kaspar.json, on this token, which this process uses from now on: its
    /// module SoftHSM's or another, `more` fields after a comma.
    void add_token(const std::string& name, const SoftToken& token,
                   const std::string& module = SoftToken::module_file,
                   const std::string& more = "") const;

    /// `kaspar zone add`; input NAME, output NAME.signed.
    void add_zone(const std::string& zone, const std::string& policy) const;

    /// The signer's report on a zone; fails the test if there is none.
    Report report(const std::string& zone) const;

  private:
    CommandResult run_program(const std::string& program, std::vector<std::string> arguments) const;

    TempFolder temporary_;
    std::filesystem::path folder_;
    std::optional<Time> now_;
    std::map<std::string, std::string> environment_;
};

}  // namespace kaspar::test
