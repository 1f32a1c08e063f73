// A zone's report on its way to its file. It is written beside its place before the zone is put in
// its own: one that no report tells of starts no rollover's clock and would be signed anew at every
// run, so whether there is room must be known before. Words that are too many or too long for its
// reader are cut.
#pragma once

#include <optional>

#include "common/formats/report.h"
#include "common/system/file.h"

namespace kaspar::signer {

class PreparedReport {
  public:
    /// `file`: its place.
    explicit PreparedReport(Path file) : file_(std::move(file)) {}

    /// Writes it beside its place. Fault: io.
    Outcome prepare(Report report);

    /// Puts it in place: the one prepared if it says the same, else this one. Fault: io.
    Outcome put(Report report);

    const Path& file() const { return file_; }

  private:
    struct Prepared {
        Report report;
        FileWriter writer;
    };
    const Path file_;
    std::optional<Prepared> prepared_;
};

}  // namespace kaspar::signer
