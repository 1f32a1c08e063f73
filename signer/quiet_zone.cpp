#include "signer/quiet_zone.h"

#include <algorithm>

#include "common/system/file.h"

namespace kaspar::signer {

namespace {

bool is_unchanged(const StampedFile& file) {
    return stamp_file(file.path) == file.stamp;
}

std::string within(const Path& folder) {
    return folder.string() + '/';
}

}  // namespace

QuietZone describe_quiet(const Instruction& instruction, const Publication& publication,
                         const StateFiles& state) {
    QuietZone quiet{.zone = instruction.zone.text(),
                    .generation = publication.generation,
                    .serial = publication.serial,
                    .signatures = publication.signatures,
                    .published = publication.published,
                    .first_expiry = publication.first_expiry,
                    .next_refresh = publication.next_refresh,
                    .valid_from = {},
                    .state = state,
                    .inputs = {},
                    .output = {publication.output.path, publication.output.stamp()}};
    if (publication.first_expiry)
        quiet.valid_from = publication.published - instruction.signatures.inception_offset;
    for (const auto& input : publication.inputs)
        quiet.inputs.push_back({input.path, input.stamp()});
    return quiet;
}

QuietCheck::QuietCheck(const Configuration& configuration, Time now)
    : instructions_(within(configuration.instructions())),
      executed_(within(configuration.executed())),
      reports_(within(configuration.reports())),
      now_(now) {}

bool QuietCheck::holds(const std::string& name, const QuietZone& known) const {
    if ((known.next_refresh && *known.next_refresh <= now_) ||
        (known.valid_from && *known.valid_from > now_))
        return false;
    return stamp_file(instructions_ + name) == known.state.instruction &&
           stamp_file(executed_ + name) == known.state.executed && knows_report(name, known) &&
           std::all_of(known.inputs.begin(), known.inputs.end(), is_unchanged) &&
           is_unchanged(known.output);
}

bool QuietCheck::knows_report(const std::string& name, const QuietZone& known) const {
    return stamp_file(reports_ + name) == known.state.report;
}

}  // namespace kaspar::signer
