#include "signer/prepared_report.h"

namespace kaspar::signer {

Outcome PreparedReport::prepare(Report report) {
    KASPAR_TRY(auto writer, FileWriter::create(file_));
    KASPAR_CHECK(writer.write(report_text(report)));
    KASPAR_CHECK(writer.flush());
    prepared_ = Prepared{std::move(report), std::move(writer)};
    return Done{};
}

Outcome PreparedReport::put(const Report& report) {
    if (prepared_ && prepared_->report == report)
        return prepared_->writer.commit();
    return write_file(file_, report_text(report));
}

}  // namespace kaspar::signer
