#include "signer/renewal.h"

#include <fmt/format.h>

#include <atomic>

#include "common/system/service.h"
#include "signer/core/serial.h"
#include "signer/gate.h"
#include "signer/signing_loop.h"
#include "signer/survey.h"

namespace kaspar::signer {

namespace {

/// The last output, which is as it was written, but may be of another version's writing.
class NotedZone final : public ZoneByOwner {
  public:
    explicit NotedZone(const ZoneByOwner& zone) : zone_(zone) {}

    Result<std::shared_ptr<const Zone>> between(BytesView first, BytesView end) const override {
        auto zone = zone_.between(first, end);
        if (!zone.ok())
            failed_ = true;
        return zone;
    }

    bool failed() const { return failed_; }

  private:
    const ZoneByOwner& zone_;
    mutable std::atomic<bool> failed_ = false;
};

class Renewing {
  public:
    explicit Renewing(const RenewalOrder& order) : order_(order) {
        if (order.build_on_last && order.last.trusted != nullptr)
            last_.emplace(*order.last.trusted);
    }

    Result<Renewal> run() {
        KASPAR_TRY(assembly_, Assembly::make({order_.instruction, order_.source, order_.threads,
                                              order_.stretch_records}));
        tell_alive();
        KASPAR_TRY(const auto changes, find_changes());
        tell_alive();
        if (!changes.anything() && !calls_for_publication())
            return Renewal{};
        KASPAR_TRY(const auto serial, choose_serial(changes));
        KASPAR_TRY(auto file, FileWriter::create(order_.instruction.output));
        const SigningLoop loop(order_.rules, order_.keys, last());
        KASPAR_TRY(written_, loop.write(*assembly_, serial, file, order_.threads));
        KASPAR_TRY(auto publication, verify(serial, file));
        tell_alive();
        KASPAR_CHECK(order_.may_publish(publication));
        KASPAR_CHECK(file.commit());
        return Renewal{std::move(publication), std::move(warnings_)};
    }

    /// A reused signature may be what did not verify.
    bool last_is_to_blame(const Fault& fault) const {
        return (last_ && last_->failed()) ||
               (fault.kind == FaultClass::verification && written_.tally.signatures_reused > 0);
    }

  private:
    const ZoneByOwner* last() const { return last_ ? &*last_ : nullptr; }

    bool has_same_input() const {
        return order_.publication && same_files(order_.origin.inputs, order_.publication->inputs);
    }

    Result<Survey> find_changes() {
        if (last() == nullptr)
            return Survey{!has_same_input(), true, true};
        KASPAR_TRY(auto changes, survey(*assembly_, order_.rules, *last(), order_.threads));
        return changes;
    }

    SerialSituation situation(bool may_stay) const {
        return {order_.instruction.serial, order_.origin.input_serial, order_.last.serial,
                order_.rules.now, may_stay};
    }

    bool calls_for_publication() const {
        const bool has_moved =
            order_.publication && order_.publication->output.path != order_.instruction.output;
        return has_moved || serial_calls_for_publication(situation(false));
    }

    Result<std::uint32_t> choose_serial(const Survey& changes) {
        const bool may_stay = !changes.data && (order_.refresh_is_due || !changes.records);
        KASPAR_TRY(const auto serial, next_serial(situation(may_stay)));
        if (order_.last.serial == serial)
            warnings_.push_back(fmt::format(
                "signatures are renewed under the unchanged serial {} (serial policy \"keep\"), so "
                "secondaries will not notice; raise the serial in the input",
                serial));
        return serial;
    }

    Result<Publication> verify(std::uint32_t serial, FileWriter& file) {
        KASPAR_TRY(auto passed, pass_gate({order_.instruction, written_, file, last(),
                                           order_.rules.now, order_.threads}));
        return describe_publication(
            order_.instruction, order_.origin,
            {written_, passed.verification, serial, assembly_->negative_ttl(),
             std::move(passed.output), order_.rules.now});
    }

    const RenewalOrder& order_;
    std::optional<NotedZone> last_;
    std::unique_ptr<Assembly> assembly_;
    WrittenStretches written_;
    std::vector<std::string> warnings_;
};

}  // namespace

std::variant<Renewal, RenewalFault> renew(const RenewalOrder& order) {
    Renewing renewing(order);
    auto renewal = renewing.run();
    if (renewal.ok())
        return std::move(renewal).value();
    const bool to_blame = renewing.last_is_to_blame(renewal.fault());
    return RenewalFault{std::move(renewal).fault(), to_blame};
}

}  // namespace kaspar::signer
