#include "common/tokens/crew.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>
#include <utility>

#include "common/system/log.h"

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

/// One session, and the thread that feeds it.
class Crew::Member {
  public:
    explicit Member(Crew& crew)
        : crew_(crew), session_(crew.login_), thread_([this, &crew] { crew.work(*this); }) {}
    void join() { thread_.join(); }

    bool is_up() const { return session_.is_up(); }
    bool may_be_sent(const Job& job) const {
        return job.key != nullptr && session_.has_proven(*job.key);
    }

    /// Starts the worker if there is none, and has the key prove itself if it has not. While the
    /// worker is busy it is sent the next piece, so that it need not wait for it.
    Reply carry_out(Job& job) {
        if (!job.sent) {
            Reply ready = session_.start();
            if (!ready.ok() || job.request.operation == Operation::open)
                return ready;
            if (job.key != nullptr)
                ready = session_.prove(*job.key);
            if (!ready.ok())
                return ready;
            send(job);
        }
        ahead_ = crew_.take_ahead(*this);
        if (ahead_)
            send(*ahead_);
        return session_.receive(job.request.operation);
    }

    /// The piece that was sent ahead, if there is one.
    std::optional<Job> next() { return std::exchange(ahead_, std::nullopt); }

    void dismiss() { session_.dismiss(); }

  private:
    void send(Job& job) {
        session_.send(job.request);
        job.sent = true;
    }

    Crew& crew_;
    Session session_;
    std::optional<Job> ahead_;
    std::thread thread_;
};

Crew::Crew(KeyStoreConfiguration configuration) : login_(std::move(configuration)) {
    for (unsigned i = 0; i < login_.configuration().sessions; ++i)
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
    if (queue_.size() <= idle_ || !member.may_be_sent(queue_.front()))
        return std::nullopt;
    Job job = std::move(queue_.front());
    queue_.pop_front();
    return job;
}

/// A piece that its worker did not sign.
void Crew::give_back(Job job) {
    job.sent = false;
    queue_.push_front(std::move(job));
    work_there_.notify_all();
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
        const bool sound = reply.ok();
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
    const bool again = job.key != nullptr && job.attempts < most_attempts && !reply.ok() &&
                       is_worth_repeating(job, reply);
    if (!again)
        return finish(job, std::move(reply));
    log_warning("token", fmt::format("{}; trying again", reply.words));
    give_back(std::move(job));
}

void Crew::finish(const Job& job, Reply reply) {
    Batch& batch = *job.batch;
    if (reply.ok() && job.key != nullptr && reply.signatures.size() != job.request.inputs.size())
        reply = hindered(Hindrance::failed, "the token worker's answer makes no sense");
    if (!batch.result.ok()) {
        // Another piece failed before.
    } else if (!reply.ok() || job.key == nullptr) {
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
        const auto end = std::min(at + size, inputs.size());
        std::vector<Bytes> piece(std::make_move_iterator(inputs.begin() + static_cast<long>(at)),
                                 std::make_move_iterator(inputs.begin() + static_cast<long>(end)));
        jobs.push_back({&batch, signing_request(key, std::move(piece)), &key, at});
    }
    return run(batch, std::move(jobs));
}

}  // namespace kaspar::token
