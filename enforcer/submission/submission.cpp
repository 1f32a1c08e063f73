#include "enforcer/submission/submission.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <nlohmann/json.hpp>

#include "common/system/log.h"
#include "common/system/signals.h"
#include "common/values/digest.h"
#include "common/values/encoding.h"
#include "common/values/threads.h"
#include "enforcer/policy_book.h"
#include "enforcer/servers/asking.h"
#include "enforcer/servers/dsync.h"
#include "enforcer/submission/hook.h"

namespace kaspar::enforcer {

namespace {

using Json = nlohmann::ordered_json;
using std::chrono::steady_clock;

constexpr Duration first_pause = std::chrono::minutes{1};
constexpr unsigned most_doublings = 9;  // of the pause: 8 h 32 m

/// No more is begun in one pass after this.
constexpr auto longest_round = std::chrono::minutes{1};

constexpr unsigned most_tries_at_once = 8;

std::vector<std::string> ds_lines(const Zone& zone, const Policy& policy,
                                  const Remembered& remembered, KeySet keys) {
    std::vector<std::string> lines;
    for (const KeyIndex key : keys)
        for (const DigestType type : policy.ds_digests)
            lines.push_back(
                fmt::format("{} IN DS {}", zone.name.absolute_text(),
                            make_ds(zone.name, *remembered.rows[key].dnskey, type).text()));
    return lines;
}

std::vector<std::string> dnskey_lines(const Zone& zone, const Remembered& remembered, KeySet keys) {
    std::vector<std::string> lines;
    for (const KeyIndex key : keys)
        lines.push_back(fmt::format("{} IN DNSKEY {}", zone.name.absolute_text(),
                                    remembered.rows[key].dnskey->text()));
    return lines;
}

struct Wish {
    SubmissionWay way;
    KeySet keys;  ///< empty: nothing is to be told
};

/// A DS is withdrawn once those that take its place are there; the parent is notified once its CDS
/// is published.
std::vector<Wish> wishes_of(const Zone& zone, const Policy& policy, const History& history) {
    const KeySet awaited = ds_awaited(history), to_go = ds_to_go(history);
    const bool published = zone.report.generation == static_cast<std::int64_t>(history.generation);
    return {{SubmissionWay::ds_submit, policy.ds_submit ? awaited : KeySet{}},
            {SubmissionWay::ds_withdraw, policy.ds_withdraw && awaited.empty() ? to_go : KeySet{}},
            {SubmissionWay::notify, policy.dsync && published ? awaited | to_go : KeySet{}}};
}

/// One submission being made.
struct Try {
    Submission submission;
    Zone zone;
    Policy policy;
    std::string output;  ///< of a program
};

std::string joined(const Json& lines) {
    std::string text;
    for (const auto& line : lines)
        text += line.get<std::string>() + "\n";
    return text;
}

/// The program's name, its input, and the records in its environment.
Hook hook_for(const Try& one) {
    const Json request = Json::parse(one.submission.request);
    const auto& program = one.submission.way == SubmissionWay::ds_submit ? one.policy.ds_submit
                                                                         : one.policy.ds_withdraw;
    return {program.value_or(""),
            one.submission.request,
            {{"KASPAR_ACTION", std::string(word(one.submission.way))},
             {"KASPAR_ZONE", zone_text(one.zone.name)},
             {"KASPAR_DS", joined(request["ds"])},
             {"KASPAR_DNSKEY", joined(request["dnskey"])},
             {"KASPAR_WANTED_DS", joined(request["wanted_ds"])},
             {"KASPAR_ID", request["id"].get<std::string>()}},
            one.policy.hook_time_limit};
}

/// What a program says last is most often why it ended so: ": registrar says 503".
std::string last_line(std::string output) {
    constexpr std::size_t most = 200;
    while (output.ends_with('\n'))
        output.pop_back();
    if (output.empty())
        return "";
    const std::string line = output.substr(output.rfind('\n') + 1).substr(0, most);
    return ": " + log_text("it says", line);
}

Outcome run_program(Try& one) {
    const Hook hook = hook_for(one);
    auto ended = run_hook(hook);
    if (!ended.ok())
        return std::move(ended).fault();
    one.output = std::move(ended->output);
    if (ended->good)
        return Done{};
    return Fault{FaultClass::io,
                 fmt::format("{}: {}{}", hook.program, ended->words, last_line(one.output))};
}

Outcome make_one(const Enforcement& with, Try& one) {
    if (one.submission.way == SubmissionWay::notify)
        return notify_parent(one.zone.name, resolvers_of(with.configuration));
    return run_program(one);
}

Duration pause_after(unsigned tries) {
    return first_pause * (1u << std::min(tries, most_doublings));
}

void settle(Try& one, const Outcome& outcome, Time now) {
    Submission& made = one.submission;
    if (outcome.ok()) {
        made.done = now;
        made.due.reset();
        made.trouble.clear();
    } else {
        made.due = now + pause_after(made.tries);
        made.trouble = outcome.fault().words;
    }
    ++made.tries;
}

void log_try(const Try& one) {
    const std::string zone = zone_text(one.zone.name);
    const std::string_view way = word(one.submission.way);
    if (!one.output.empty())
        log_info("hook", fmt::format("{}: {}", way, one.output), zone);
    if (!one.submission.done)
        log_warning("hook",
                    fmt::format("{} failed, is tried again at {}: {}", way,
                                to_rfc3339(*one.submission.due), one.submission.trouble),
                    zone);
}

/// The audit has the first failure, every change of its words, and the success.
Outcome note_tried(const Enforcement& with, const Try& one, const std::string& trouble_before) {
    KASPAR_CHECK(note_try(with.database, one.submission));
    if (one.submission.done)
        return note(with, one.zone, fmt::format("{} is done", word(one.submission.way)),
                    fmt::format("at try {}", one.submission.tries));
    if (one.submission.trouble == trouble_before)
        return Done{};
    return note(with, one.zone, fmt::format("{} failed", word(one.submission.way)),
                one.submission.trouble);
}

Result<std::vector<Try>> due_tries(const Enforcement& with) {
    KASPAR_TRY(auto due, due_submissions(with.database, with.now));
    std::vector<Try> tries;
    for (Submission& submission : due) {
        KASPAR_TRY(auto zone, find_zone(with.database, submission.zone));
        if (!zone)
            continue;
        KASPAR_TRY(Policy policy, policy_for(with.database, *zone));
        tries.push_back({std::move(submission), std::move(*zone), std::move(policy), ""});
    }
    return tries;
}

/// Notes how a try went as soon as it has ended: a crash a moment later must not have it made
/// again.
class Notes {
  public:
    explicit Notes(const Enforcement& with) : with_(with) {}

    void add(const Try& one, const std::string& trouble_before) {
        const std::lock_guard lock(mutex_);
        log_try(one);
        if (const auto noted = keep(one, trouble_before); !noted.ok())
            fault_ = noted.fault();
    }

    Outcome outcome() const { return fault_ ? Outcome(*fault_) : Outcome(Done{}); }

  private:
    Outcome keep(const Try& one, const std::string& trouble_before) {
        KASPAR_TRY(Transaction transaction, Transaction::begin(with_.database));
        KASPAR_CHECK(note_tried(with_, one, trouble_before));
        return transaction.commit();
    }

    const Enforcement& with_;
    std::mutex mutex_;
    std::optional<Fault> fault_;
};

void make_and_note(const Enforcement& with, Try& one, Notes& notes) {
    const std::string trouble_before = one.submission.trouble;
    settle(one, make_one(with, one), with.now);
    notes.add(one, trouble_before);
}

}  // namespace

std::string request_text(const Zone& zone, const Policy& policy, const Remembered& remembered,
                         SubmissionWay way, KeySet keys) {
    const History& history = remembered.history;
    Json request{{"action", word(way)},
                 {"zone", zone_text(zone.name)},
                 {"ds", ds_lines(zone, policy, remembered, keys)},
                 {"dnskey", dnskey_lines(zone, remembered, keys)},
                 {"wanted_ds", ds_lines(zone, policy, remembered, history.arrangement.ds)},
                 {"wanted_dnskey", dnskey_lines(zone, remembered, history.arrangement.ds)},
                 {"asked", history.ds_asked ? Json(to_rfc3339(*history.ds_asked)) : Json()}};
    request["id"] = to_hex(sha256(as_bytes(request.dump()))).substr(0, 32);
    return request.dump(2) + "\n";
}

Outcome plan_submissions(const Enforcement& with, const Zone& zone, const Policy& policy,
                         const Remembered& remembered) {
    for (const Wish& wish : wishes_of(zone, policy, remembered.history)) {
        if (wish.keys.empty()) {
            KASPAR_CHECK(drop_submission(with.database, zone.id, wish.way));
            continue;
        }
        Submission wanted{zone.id, wish.way,
                          request_text(zone, policy, remembered, wish.way, wish.keys), with.now};
        wanted.due = with.now;
        KASPAR_CHECK(want_submission(with.database, wanted));
    }
    return Done{};
}

Outcome make_submissions(const Enforcement& with) {
    KASPAR_TRY(auto tries, due_tries(with));
    const auto end = steady_clock::now() + longest_round;
    Notes notes(with);
    std::atomic<std::size_t> next{0};
    const auto work = [&](unsigned) {
        for (std::size_t i = 0; (i = next++) < tries.size();) {
            if (stop_requested() || steady_clock::now() > end)
                return;
            make_and_note(with, tries[i], notes);
        }
    };
    if (tries.empty())
        return Done{};
    const auto count =
        static_cast<unsigned>(std::min<std::size_t>(tries.size(), most_tries_at_once));
    {
        const auto helping = start_threads(count - 1, work);
        work(count);
    }
    return notes.outcome();
}

}  // namespace kaspar::enforcer
