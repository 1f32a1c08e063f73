#include "common/tokens/crew.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <thread>
#include <utility>

#include "common/keys/signing_key.h"
#include "common/system/log.h"
#include "common/tokens/refused_pin.h"
#include "common/tokens/token_input.h"

namespace kaspar::token {

namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;

/// Signatures go to a worker in pieces of about this length: long against the way there and back,
/// short enough that no session idles long at the end of a batch.
constexpr nanoseconds piece_length = milliseconds{4};
constexpr std::size_t largest_piece = 64;

/// Another session is opened when so many pieces wait for each that there is: a log-in is dearer
/// than a few signatures.
constexpr std::size_t pieces_worth_a_login = 4;

/// A piece whose worker is lost is signed again by another, but not for ever.
constexpr unsigned most_attempts = 3;

/// A token that did not let us in is left in peace for a second, then two, four … a minute: there
/// may be a thousand zones that want it.
constexpr milliseconds first_pause{1000};
constexpr unsigned most_doublings = 6;

Reply hindered(Hindrance hindrance, std::string words) {
    Reply reply;
    reply.hindrance = hindrance;
    reply.words = std::move(words);
    return reply;
}

}  // namespace

/// What one caller waits for.
struct Crew::Batch {
    std::size_t jobs_left = 0;
    Reply result;
};

/// A piece of a batch.
struct Crew::Job {
    Batch* batch;
    Request request;
    const CrewKey* key;  ///< absent: not a signature, and not to be repeated
    std::size_t at;      ///< of its first signature in the batch's
    unsigned attempts = 0;
    bool sent = false;  ///< to the worker of the member that has it
};

/// One session: its worker process, if it is started, and the thread that feeds it.
class Crew::Member {
  public:
    Member(Crew& crew) : crew_(crew), thread_([this, &crew] { crew.work(*this); }) {}
    void join() { thread_.join(); }

    bool is_up() const { return worker_ != nullptr; }
    bool has_proven(const CrewKey* key) const { return key != nullptr && proven_.contains(*key); }

    /// Starts the worker if there is none; has the key prove itself if it has not in this worker.
    /// While the worker is busy it is sent the next piece, so that it need not wait for it.
    Reply carry_out(Job& job) {
        if (!job.sent) {
            if (Reply started = start(); started.hindrance != Hindrance::none)
                return started;
            if (job.request.operation == Operation::open)
                return opened_;
            if (job.key != nullptr)
                if (Reply proven = prove(*job.key); proven.hindrance != Hindrance::none)
                    return proven;
            send(job);
        }
        ahead_ = crew_.take_ahead(*this);
        if (ahead_)
            send(*ahead_);
        return worker_->receive(patience(job.request));
    }

    /// The piece that was sent ahead, if there is one.
    std::optional<Job> next() { return std::exchange(ahead_, std::nullopt); }

    /// Ends the worker; the next job starts another.
    void dismiss() {
        worker_.reset();
        proven_.clear();
    }

  private:
    class Prover;

    milliseconds patience(const Request& request) const {
        const milliseconds usual = crew_.configuration_.timeout;
        const bool slow =
            request.operation == Operation::open || request.operation == Operation::generate;
        return slow ? 3 * usual : usual;
    }

    void send(Job& job) {
        worker_->send(job.request, patience(job.request));
        job.sent = true;
    }

    Reply start() {
        if (worker_ != nullptr)
            return Reply{};
        const std::lock_guard turn(crew_.login_);
        if (crew_.failed_logins_ > 0 && steady_clock::now() < crew_.quiet_until_)
            return crew_.last_refusal_;
        opened_ = log_in();
        if (opened_.hindrance == Hindrance::none) {
            crew_.failed_logins_ = 0;
            return opened_;
        }
        const auto pause = first_pause * (1 << std::min(crew_.failed_logins_++, most_doublings));
        crew_.quiet_until_ = steady_clock::now() + pause;
        return crew_.last_refusal_ = opened_;
    }

    Reply log_in() {
        const KeyStoreConfiguration& configuration = crew_.configuration_;
        if (const auto refused = refused_pin(configuration))
            return hindered(Hindrance::pin_refused,
                            fmt::format("it was refused at {} ({}), and is not tried again",
                                        to_rfc3339(refused->since), refused->words));
        const auto pin = read_secret(configuration.pin, "PIN of " + configuration.token.text());
        if (!pin.ok())
            return hindered(Hindrance::pin_refused, pin.fault().words);
        Request request;
        request.operation = Operation::open;
        request.module = configuration.module;
        request.token = configuration.token;
        request.final_try = configuration.final_try;
        Reply reply;
        worker_ = WorkerProcess::start(configuration.secret_variables, reply);
        if (worker_ == nullptr)
            return reply;
        reply = worker_->open(request, *pin, patience(request));
        if (reply.hindrance != Hindrance::none)
            dismiss();
        if (reply.hindrance == Hindrance::pin_refused)
            if (const auto noted = note_refused_pin(configuration, reply.words); !noted.ok())
                log_warning("token", noted.fault().words);
        return reply;
    }

    Reply prove(const CrewKey& key);

    Crew& crew_;
    std::unique_ptr<WorkerProcess> worker_;
    Reply opened_;  ///< the answer to the last log-in
    std::set<CrewKey> proven_;
    std::optional<Job> ahead_;
    std::thread thread_;
};

/// A key in one worker, for its proof of possession there.
class Crew::Member::Prover final : public SigningKey {
  public:
    Prover(WorkerProcess& worker, const CrewKey& key, milliseconds patience)
        : worker_(worker), key_(key), patience_(patience) {}

    const PublicKey& public_key() const override { return key_.on_record; }

    Result<Bytes> sign(BytesView message) override {
        Request request;
        request.operation = Operation::sign;
        request.id = key_.id;
        request.algorithm = key_.on_record.algorithm;
        request.inputs = {token_input(request.algorithm, message)};
        reply_ = worker_.ask(request, patience_);
        if (reply_.hindrance != Hindrance::none || reply_.signatures.size() != 1)
            return Fault{FaultClass::key, reply_.words};
        return std::move(reply_.signatures.front());
    }

    Result<std::unique_ptr<SigningKey>> duplicate() const override {
        return std::unique_ptr<SigningKey>(std::make_unique<Prover>(worker_, key_, patience_));
    }

    const Reply& reply() const { return reply_; }

  private:
    WorkerProcess& worker_;
    const CrewKey& key_;
    milliseconds patience_;
    Reply reply_;
};

Reply Crew::Member::prove(const CrewKey& key) {
    if (proven_.contains(key))
        return Reply{};
    Request request;
    request.operation = Operation::find;  // signing with an unknown id would cost the login
    request.id = key.id;
    Reply reply = worker_->ask(request, patience(request));
    if (reply.hindrance != Hindrance::none)
        return reply;
    const Bytes& there = reply.keys.at(0).public_octets;
    if (!there.empty() && there != key.on_record.octets)
        return hindered(Hindrance::failed,
                        fmt::format("the token holds another key than {} under that id; do not use "
                                    "it; restore the token from its backup",
                                    key.on_record.fingerprint()));
    Prover prover(*worker_, key, patience(request));
    const auto outcome = prove_possession(prover, key.on_record);
    if (!outcome.ok()) {
        reply = prover.reply();
        return reply.hindrance != Hindrance::none
                   ? reply
                   : hindered(Hindrance::failed, outcome.fault().words);
    }
    proven_.insert(key);
    return Reply{};
}

// ---- The crew ----------------------------------------------------------------------------------

Crew::Crew(KeyStoreConfiguration configuration) : configuration_(std::move(configuration)) {
    for (unsigned i = 0; i < configuration_.sessions; ++i)
        members_.push_back(std::make_unique<Member>(*this));
}

Crew::~Crew() {
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
    }
    work_there_.notify_all();
    for (const auto& member : members_)
        member->join();
}

bool Crew::has_work_for(const Member& member) const {
    if (queue_.empty())
        return false;
    return member.is_up() || up_ == 0 || queue_.size() >= pieces_worth_a_login * up_;
}

/// For a worker that is busy: a piece that no idle worker waits for.
std::optional<Crew::Job> Crew::take_ahead(const Member& member) {
    const std::lock_guard lock(mutex_);
    if (queue_.size() <= idle_ || !member.has_proven(queue_.front().key))
        return std::nullopt;
    Job job = std::move(queue_.front());
    queue_.pop_front();
    return job;
}

/// A piece that was sent ahead to a worker that is lost.
void Crew::give_back(Job job) {
    job.sent = false;
    queue_.push_front(std::move(job));
}

void Crew::work(Member& member) {
    std::unique_lock lock(mutex_);
    for (;;) {
        auto job = member.next();
        if (!job) {
            idle_ += member.is_up() ? 1 : 0;
            work_there_.wait(lock, [&] { return ending_ || has_work_for(member); });
            idle_ -= member.is_up() ? 1 : 0;
            if (ending_)
                break;
            job = std::move(queue_.front());
            queue_.pop_front();
        }
        const bool was_up = member.is_up();
        up_ += was_up ? 0 : 1;
        lock.unlock();
        const auto began = steady_clock::now();
        Reply reply = member.carry_out(*job);
        const nanoseconds took = steady_clock::now() - began;
        const bool sound = reply.hindrance == Hindrance::none;
        const bool dismissed =
            is_worth_repeating(*job, reply) || reply.hindrance == Hindrance::absent;
        if (dismissed)
            member.dismiss();
        lock.lock();
        up_ -= member.is_up() ? 0 : 1;
        if (sound && was_up && !job->request.inputs.empty())
            pace_ = (3 * pace_ + took / job->request.inputs.size()) / 4;
        if (dismissed)
            if (auto ahead = member.next())
                give_back(*std::move(ahead));
        repeat_or_finish(*std::move(job), std::move(reply));
    }
    lock.unlock();
    member.dismiss();
}

/// What another worker may do better.
bool Crew::is_worth_repeating(const Job& job, const Reply& reply) const {
    switch (reply.hindrance) {
        case Hindrance::lost:
            return true;
        case Hindrance::failed:
            return job.key != nullptr;
        default:
            return false;
    }
}

void Crew::repeat_or_finish(Job job, Reply reply) {
    ++job.attempts;
    const bool again = job.key != nullptr && job.attempts < most_attempts &&
                       reply.hindrance != Hindrance::none && is_worth_repeating(job, reply);
    if (!again)
        return finish(job, std::move(reply));
    log_warning("token", fmt::format("{}; signing again", reply.words));
    give_back(std::move(job));
    work_there_.notify_all();
}

void Crew::finish(const Job& job, Reply reply) {
    Batch& batch = *job.batch;
    if (reply.hindrance == Hindrance::none && job.key != nullptr &&
        reply.signatures.size() != job.request.inputs.size())
        reply = hindered(Hindrance::failed, "the token worker's answer makes no sense");
    if (batch.result.hindrance != Hindrance::none) {
        // Another piece failed before.
    } else if (reply.hindrance != Hindrance::none || job.key == nullptr) {
        batch.result = std::move(reply);
        drop_rest_of(batch);
    } else {
        std::move(reply.signatures.begin(), reply.signatures.end(),
                  batch.result.signatures.begin() + static_cast<long>(job.at));
    }
    if (--batch.jobs_left == 0)
        work_done_.notify_all();
}

void Crew::drop_rest_of(Batch& batch) {
    batch.jobs_left -= std::erase_if(queue_, [&](const Job& job) { return job.batch == &batch; });
}

Reply Crew::run(Batch& batch, std::vector<Job> jobs) {
    std::unique_lock lock(mutex_);
    batch.jobs_left = jobs.size();
    std::move(jobs.begin(), jobs.end(), std::back_inserter(queue_));
    work_there_.notify_all();
    work_done_.wait(lock, [&] { return batch.jobs_left == 0; });
    return std::move(batch.result);
}

std::size_t Crew::piece_size(std::size_t inputs) const {
    const std::size_t by_time = static_cast<std::size_t>(piece_length / pace_);
    const std::size_t by_sessions = (inputs + members_.size() - 1) / members_.size();
    return std::clamp<std::size_t>(std::min(by_time, by_sessions), 1, largest_piece);
}

Reply Crew::ask(const Request& request) {
    Batch batch;
    std::vector<Job> jobs;
    jobs.push_back({&batch, request, nullptr, 0});
    return run(batch, std::move(jobs));
}

Reply Crew::sign(const CrewKey& key, std::vector<Bytes> inputs) {
    if (inputs.empty())
        return Reply{};
    Batch batch;
    batch.result.signatures.resize(inputs.size());
    std::vector<Job> jobs;
    std::size_t size;
    {
        const std::lock_guard lock(mutex_);
        size = piece_size(inputs.size());
    }
    for (std::size_t at = 0; at < inputs.size(); at += size) {
        Job job{&batch, {}, &key, at};
        job.request.operation = Operation::sign;
        job.request.id = key.id;
        job.request.algorithm = key.on_record.algorithm;
        const auto end = std::min(at + size, inputs.size());
        job.request.inputs.assign(std::make_move_iterator(inputs.begin() + static_cast<long>(at)),
                                  std::make_move_iterator(inputs.begin() + static_cast<long>(end)));
        jobs.push_back(std::move(job));
    }
    return run(batch, std::move(jobs));
}

Reply Crew::open() {
    Request request;
    request.operation = Operation::open;
    return ask(request);
}

}  // namespace kaspar::token
