#include "signer/execute.h"

#include <fmt/format.h>

#include <algorithm>
#include <future>

#include "common/system/file_lock.h"
#include "common/system/log.h"
#include "common/system/service.h"
#include "common/values/threads.h"
#include "signer/capacity.h"
#include "signer/intake.h"
#include "signer/prepared_report.h"
#include "signer/renewal.h"

namespace kaspar::signer {

namespace {

constexpr std::uint64_t always_fits = 1 << 20;  // octets of zone text; asking costs time
constexpr std::string_view out_of_memory =
    "memory ended while the zone was worked on; give the signer more (MemoryMax= of its unit, "
    "ulimit -v), or let it work on this zone alone (--zone)";
constexpr std::size_t most_keys = 64;  // signer sets are kept as bits

/// One zone's run, step by step.
class ZoneRun {
  public:
    ZoneRun(Path file, const Surroundings& surroundings)
        : file_(std::move(file)),
          surroundings_(surroundings),
          report_(report_file(surroundings.configuration, file_)) {
        run_.at = surroundings.now;
    }

    Execution go();

  private:
    bool carry_out();
    Outcome prepare();
    bool is_due();
    void take_turn();
    Outcome check_size() const;
    Outcome open_keys();
    void sign();
    void sign_input(std::variant<Input, BadInput> read);
    void keep_alive();
    std::optional<ReadZone> read_last_good() const;
    void fall_back();
    void keep_instruction();
    Outcome publish(const Zone& source, ContentOrigin origin, bool may_build_on_last);
    Outcome renew_without_reuse(const Zone& source, ContentOrigin origin, Fault fault);
    Outcome prepare_report(const Publication& publication);
    std::vector<SignerKey> rules_keys() const;
    bool signed_ahead_of_time() const;
    bool refresh_is_due() const;
    void refuse(Fault fault);
    void add_error(Fault fault);
    void note_goodness(Run& run) const;
    void warn(std::vector<std::string> warnings);
    void report(bool anything_new);
    std::string zone_text() const;
    std::vector<Path> watched() const;
    bool ended_quiet() const;
    std::optional<QuietZone> quiet() const;

    const Path file_;
    Surroundings surroundings_;
    PreparedReport report_;
    std::optional<Turns::Turn> turn_;
    bool knows_last_ = false;  ///< the last report was read, or there is none
    std::optional<Report> last_report_;
    std::optional<Publication> publication_;
    std::optional<Instruction> instruction_;
    std::string sealed_;  ///< the instruction as it came
    /// As they were before they were read, or after they were written.
    std::optional<FileStamp> instruction_stamp_, executed_stamp_, report_stamp_;
    std::vector<std::unique_ptr<SigningKey>> opened_;
    std::vector<SigningKey*> keys_;  ///< one for each of the instruction's; nullptr: does not sign
    LastOutput last_;
    Run run_{RunOutcome::refused, {}, 0, {}, {}, std::nullopt};
};

/// True if the file is what it was: by its times, or else by its octets; `known` then takes its new
/// times.
bool is_same_file(FileIdentity& known) {
    if (looks_unchanged(known))
        return true;
    auto now = identify_file(known.path);
    if (!now.ok() || now->sha256 != known.sha256)
        return false;
    known = std::move(now).value();
    return true;
}

bool all_same(std::vector<FileIdentity>& files) {
    return std::all_of(files.begin(), files.end(), is_same_file);
}

std::uint64_t size_of(const Path& file) {
    const auto stamp = stamp_file(file);
    return stamp ? stamp->size : 0;
}

/// Gives whether there is anything new to report.
bool ZoneRun::carry_out() {
    bool anything_new = true;
    if (auto prepared = prepare(); !prepared.ok()) {
        refuse(std::move(prepared).fault());
    } else if (!is_due()) {
        run_.outcome = RunOutcome::unchanged;
        anything_new = !last_report_ || !last_report_->last_run.errors.empty();
    } else {
        sign();
    }
    if (run_.outcome == RunOutcome::refused || run_.outcome == RunOutcome::held)
        fall_back();
    else
        keep_instruction();
    return anything_new;
}

// A zone for which memory does not suffice, or on which we stumble, stops no other.
Execution ZoneRun::go() {
    bool anything_new = true;
    try {
        anything_new = carry_out();
    } catch (const std::bad_alloc&) {
        last_ = {};
        refuse({FaultClass::refused, std::string(out_of_memory)});
    } catch (const std::exception& error) {
        last_ = {};
        refuse(
            {FaultClass::refused,
             fmt::format("an error in Kaspar itself ({}); the zone stays as it is: please report "
                         "it, with this zone's input and instruction",
                         error.what())});
    }
    report(anything_new);
    auto zone = zone_text();
    auto inputs = watched();
    auto rest = quiet();
    return {std::move(zone), std::move(run_), std::move(publication_), std::move(inputs),
            std::move(rest)};
}

/// Before anything large is read: how many threads this zone may use depends on its size.
void ZoneRun::take_turn() {
    if (surroundings_.turns == nullptr || turn_)
        return;
    const auto last = publication_ ? size_of(publication_->output.path) : 0;
    turn_.emplace(surroundings_.turns->take(size_of(instruction_->input) + last));
    if (!turn_->alone())
        surroundings_.threads = 1;
}

/// A zone file that is not there is told of where it is read.
Outcome ZoneRun::check_size() const {
    const auto size = size_of(instruction_->input);
    if (size < always_fits)
        return Done{};
    const auto available = available_memory();
    KASPAR_CHECK(check_capacity(*instruction_, size, available));
    log_info("signer", capacity_words(*instruction_, size, available), zone_text());
    return Done{};
}

void ZoneRun::sign() {
    take_turn();
    if (auto fits = check_size(); !fits.ok())
        return refuse(std::move(fits).fault());
    if (auto opened = open_keys(); !opened.ok())
        return refuse(std::move(opened).fault());
    auto last = std::async(launch_with(surroundings_.threads),
                           [&] { return read_last_output(*instruction_, publication_); });
    auto input = read_input(*instruction_, publication_, surroundings_.threads);
    last_ = last.get();
    tell_alive();
    warn(std::move(last_.warnings));
    sign_input(std::move(input));
}

/// The last report and the instruction.
Outcome ZoneRun::prepare() {
    instruction_stamp_ = stamp_file(file_);
    report_stamp_ = stamp_file(report_.file());
    KASPAR_TRY(auto last, read_last_report(report_.file()));
    knows_last_ = true;
    last_report_ = std::move(last.report);
    if (last.warning)
        run_.warnings.push_back(*std::move(last.warning));
    if (last_report_) {
        publication_ = last_report_->publication;
        run_.generation = last_report_->last_run.generation;
    }
    KASPAR_TRY(auto taken, take_instruction(surroundings_.configuration, file_, last_report_));
    instruction_ = std::move(taken.instruction);
    sealed_ = std::move(taken.sealed);
    run_.generation = instruction_->generation;
    if (instruction_->keys.size() > most_keys)
        return Fault{FaultClass::state,
                     fmt::format("{} has {} keys; a zone may have {}", file_.string(),
                                 instruction_->keys.size(), most_keys)};
    return Done{};
}

/// The last signatures begin in the future: the clock stood ahead when they were made. Resolvers
/// refuse them until then.
bool ZoneRun::signed_ahead_of_time() const {
    return publication_ && publication_->first_expiry &&
           publication_->published - instruction_->signatures.inception_offset > surroundings_.now;
}

bool ZoneRun::refresh_is_due() const {
    return signed_ahead_of_time() || (publication_ && publication_->next_refresh &&
                                      *publication_->next_refresh <= surroundings_.now);
}

bool ZoneRun::is_due() {
    if (!publication_ || publication_->generation != instruction_->generation ||
        publication_->output.path != instruction_->output || refresh_is_due())
        return true;
    return !all_same(publication_->inputs) || !is_same_file(publication_->output);
}

/// Opens every key that signs; never goes on with fewer.
Outcome ZoneRun::open_keys() {
    for (const auto& key : instruction_->keys) {
        keys_.push_back(nullptr);
        if (!key.sign_dnskey && !key.sign_zone)
            continue;
        KASPAR_TRY(auto opened, surroundings_.keys.open(key));
        keys_.back() = opened.key.get();
        opened_.push_back(std::move(opened.key));
        warn(std::move(opened.warnings));
    }
    return Done{};
}

std::vector<SignerKey> ZoneRun::rules_keys() const {
    std::vector<SignerKey> keys;
    for (const auto& key : instruction_->keys)
        keys.push_back(
            {key.dnskey, key.dnskey.tag(), key.publish, key.sign_dnskey, key.sign_zone, false});
    if (!publication_)
        return keys;
    auto known = publication_->dnskey_signers;
    for (const auto& set : publication_->data_signers)
        known.insert(known.end(), set.keys.begin(), set.keys.end());
    return signer_keys(std::move(keys), instruction_->foreign_dnskeys, publication_->dnskeys,
                       known);
}

void ZoneRun::sign_input(std::variant<Input, BadInput> read) {
    if (auto* bad = std::get_if<BadInput>(&read)) {
        warn(std::move(bad->warnings));
        run_.errors = std::move(bad->errors);
        run_.held_input = std::move(bad->held);
        run_.outcome = run_.held_input ? RunOutcome::held : RunOutcome::refused;
        return keep_alive();
    }
    auto& input = std::get<Input>(read);
    warn(std::move(input.warnings));
    auto outcome =
        publish(input.read.zone,
                {std::move(input.read.files), zone_serial(input.read.zone), input.records}, true);
    if (outcome.ok())
        return;
    const auto kind = outcome.fault().kind;
    const bool another_content_may_do = kind == FaultClass::refused || kind == FaultClass::input ||
                                        kind == FaultClass::verification;
    refuse(std::move(outcome).fault());
    if (another_content_may_do)
        keep_alive();
}

/// The last output, if it is as it was written.
std::optional<ReadZone> ZoneRun::read_last_good() const {
    if (last_.trusted == nullptr)
        return std::nullopt;
    auto read =
        read_zone_file(publication_->output.path, instruction_->zone, surroundings_.threads);
    return read.ok() ? std::optional(std::move(*read)) : std::nullopt;
}

/// The input is no good. Expiry outranks that: what was good last is signed again, if need be.
void ZoneRun::keep_alive() {
    if (!publication_ ||
        (!refresh_is_due() && publication_->generation == instruction_->generation))
        return;
    const auto last = read_last_good();
    if (!last) {
        run_.errors.push_back(fmt::format(
            "the last good zone {} cannot be kept alive either: it is missing, or not as it was "
            "written; mend the input",
            publication_->output.path.string()));
        return;
    }
    const auto refused_or_held = run_.outcome;
    auto outcome =
        publish(last->zone,
                {publication_->inputs, publication_->input_serial, publication_->records}, true);
    const bool signed_again = outcome.ok() && run_.outcome == RunOutcome::published;
    if (!outcome.ok())
        add_error(std::move(outcome).fault());
    run_.outcome = signed_again ? RunOutcome::kept_alive : refused_or_held;
}

/// The instruction cannot be carried out. Expiry outranks that, too: the one that was executed last
/// is executed again on its own content, once signatures come due.
void ZoneRun::fall_back() {
    if (!publication_ || !publication_->next_refresh ||
        *publication_->next_refresh > surroundings_.now)
        return;
    if (instruction_ && instruction_->generation == publication_->generation)
        return;  // it is the one executed last, and was tried
    auto executed = read_executed(surroundings_.configuration, file_, publication_->generation);
    if (!executed.ok())
        return add_error(std::move(executed).fault());
    if (!*executed)
        return;
    instruction_ = std::move(*executed);
    take_turn();
    keys_.clear();
    if (auto opened = open_keys(); !opened.ok())
        return add_error(std::move(opened).fault());
    last_ = read_last_output(*instruction_, publication_);
    keep_alive();
}

/// What was executed is kept for fall_back(). That it cannot be is told, and stops nothing.
void ZoneRun::keep_instruction() {
    if (auto kept = keep_executed(surroundings_.configuration, file_, sealed_); !kept.ok())
        run_.warnings.push_back(std::move(kept).fault().words);
    else
        executed_stamp_ = stamp_file(surroundings_.configuration.executed() / file_.filename());
}

/// Signs `source` and publishes it, unless that would give the last output again.
Outcome ZoneRun::publish(const Zone& source, ContentOrigin origin, bool may_build_on_last) {
    const SigningRules rules{instruction_->signatures, surroundings_.now, instruction_->zone,
                             rules_keys()};
    auto renewed =
        renew({.instruction = *instruction_,
               .source = source,
               .origin = origin,
               .rules = rules,
               .keys = keys_,
               .last = last_,
               .build_on_last = may_build_on_last,
               .publication = publication_,
               .refresh_is_due = refresh_is_due(),
               .threads = surroundings_.threads,
               .stretch_records = surroundings_.stretch_records,
               .may_publish = [this](const auto& made) { return prepare_report(made); }});
    if (auto* failed = std::get_if<RenewalFault>(&renewed)) {
        auto& fault = failed->fault;
        if (fault.kind == FaultClass::key || fault.kind == FaultClass::absent)
            surroundings_.keys.forget();
        if (failed->last_is_to_blame)
            return renew_without_reuse(source, std::move(origin), std::move(fault));
        return std::move(fault);
    }
    auto& renewal = std::get<Renewal>(renewed);
    run_.outcome = renewal.publication ? RunOutcome::published : RunOutcome::unchanged;
    publication_ = renewal.publication ? std::move(renewal.publication)
                                       : confirm_publication(*std::move(publication_),
                                                             *instruction_, std::move(origin));
    warn(std::move(renewal.warnings));
    return Done{};
}

/// A reused signature may be what is wrong. The last output is a cache: do without it.
Outcome ZoneRun::renew_without_reuse(const Zone& source, ContentOrigin origin, Fault fault) {
    auto anew = publish(source, std::move(origin), false);
    if (anew.ok())
        run_.warnings.push_back(std::move(fault).words +
                                "\nall signatures were made anew instead of being used again");
    return anew;
}

/// As it will be if all goes well.
Outcome ZoneRun::prepare_report(const Publication& publication) {
    auto run = run_;
    run.outcome = RunOutcome::published;
    note_goodness(run);
    return report_.prepare({instruction_->zone, std::move(run), publication});
}

void ZoneRun::refuse(Fault fault) {
    run_.outcome = RunOutcome::refused;
    add_error(std::move(fault));
}

void ZoneRun::add_error(Fault fault) {
    run_.failed_verification |= fault.kind == FaultClass::verification;
    run_.errors.push_back(std::move(fault.words));
}

/// Since when, or until when, runs were without errors.
void ZoneRun::note_goodness(Run& run) const {
    const Run* last = last_report_ ? &last_report_->last_run : nullptr;
    if (run.errors.empty()) {
        run.last_good = run.at;
    } else if (last != nullptr) {
        run.failing_since = last->failing_since.value_or(run.at);
        run.last_good = last->errors.empty() ? last->at : last->last_good;
    } else {
        run.failing_since = run.at;
    }
}

void ZoneRun::warn(std::vector<std::string> warnings) {
    run_.warnings.insert(run_.warnings.end(), std::make_move_iterator(warnings.begin()),
                         std::make_move_iterator(warnings.end()));
}

std::string ZoneRun::zone_text() const {
    if (instruction_)
        return instruction_->zone.text();
    if (last_report_)
        return last_report_->zone.text();
    const auto claimed = claimed_zone(file_);
    return claimed ? claimed->text() : file_.filename().string();
}

std::vector<Path> ZoneRun::watched() const {
    std::vector<Path> files;
    if (instruction_)
        files.push_back(instruction_->input);
    if (publication_)
        for (const auto& input : publication_->inputs)
            files.push_back(input.path);
    return files;
}

/// A report that could not be read, for want of descriptors or memory, tells what is published: it
/// is not replaced by one that does not know.
void ZoneRun::report(bool anything_new) {
    if (!anything_new || !knows_last_)
        return;
    report_stamp_.reset();
    note_goodness(run_);
    const auto zone = Name::from_text(zone_text());
    if (!zone.ok() || zone->file_name() != file_.filename().string())
        return;  // not even the zone's name is known; the command line tells
    auto written = report_.put({*zone, run_, publication_});
    if (written.ok()) {
        report_stamp_ = stamp_file(report_.file());
        return;
    }
    const bool published = run_.outcome == RunOutcome::published;
    refuse(std::move(written).fault().within(published ? "the zone is published, but not reported"
                                                       : "the report could not be written"));
}

/// A run that did not end well is tried again in every round.
bool ZoneRun::ended_quiet() const {
    const bool good =
        run_.outcome == RunOutcome::published || run_.outcome == RunOutcome::unchanged;
    return good && run_.errors.empty() && publication_ && instruction_stamp_ && executed_stamp_ &&
           report_stamp_;
}

std::optional<QuietZone> ZoneRun::quiet() const {
    if (!ended_quiet())
        return std::nullopt;
    return describe_quiet(*instruction_, *publication_,
                          {*instruction_stamp_, *executed_stamp_, *report_stamp_});
}

}  // namespace

Execution execute(const std::filesystem::path& instruction_file, const Surroundings& surroundings) {
    const auto failed = [&](Fault fault) {
        const auto zone = claimed_zone(instruction_file);
        return Execution{
            zone ? zone->text() : instruction_file.filename().string(),
            {RunOutcome::refused, surroundings.now, 0, {std::move(fault.words)}, {}, {}},
            std::nullopt,
            {}};
    };
    if (auto made = make_folder(surroundings.configuration.reports()); !made.ok())
        return failed(std::move(made).fault());
    auto lock = FileLock::acquire(lock_file(surroundings.configuration, instruction_file), true);
    if (!lock.ok())
        return failed(std::move(lock).fault());
    return ZoneRun(instruction_file, surroundings).go();
}

}  // namespace kaspar::signer
