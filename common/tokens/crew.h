// The workers of one token: so many processes as the configuration allows sessions, each started
// when there is work for it, logged in one after the other, fed from one queue. A worker that
// crashes or hangs is replaced and its batch signed again. Before a worker signs with a key, and so
// again in every worker that takes another's place, the key proves itself there.
//
// Any number of threads may use a crew at once.
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>

#include "common/tokens/session.h"

namespace kaspar::token {

class Crew {
  public:
    explicit Crew(KeyStoreConfiguration configuration);
    ~Crew();
    Crew(const Crew&) = delete;
    Crew& operator=(const Crew&) = delete;

    /// One request to any worker; that to open gives what the token says of itself. It is not
    /// repeated if its worker is lost.
    Reply ask(const Request& request);

    /// Signs the inputs (of C_Sign) by all workers together; Reply::signatures in their order.
    Reply sign(const CrewKey& key, std::vector<Bytes> inputs);

  private:
    struct Batch;
    struct Job;
    class Member;

    void work(Member& member);
    bool has_work_for(const Member& member) const;
    std::optional<Job> take_ahead(const Member& member);
    void give_back(Job job);
    bool is_worth_repeating(const Job& job, const Reply& reply) const;
    void repeat_or_finish(Job job, Reply reply);
    void finish(const Job& job, Reply reply);
    void drop_rest_of(Batch& batch);
    Reply run(Batch& batch, std::vector<Job> jobs);
    std::size_t piece_size(std::size_t inputs) const;

    Login login_;

    std::mutex mutex_;  ///< guards all below
    std::condition_variable work_there_, work_done_;
    std::deque<Job> queue_;
    bool ending_ = false;
    std::size_t up_ = 0;                        ///< members with a worker, or starting one
    std::size_t idle_ = 0;                      ///< of these, those that wait for work
    std::chrono::nanoseconds pace_{1'000'000};  ///< about what one signature takes

    std::vector<std::unique_ptr<Member>> members_;
};

}  // namespace kaspar::token
