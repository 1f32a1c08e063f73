#include "enforcer/dns/exchange.h"

#include <poll.h>

#include <algorithm>
#include <memory>

#include "common/system/service.h"
#include "enforcer/dns/conversation.h"
#include "enforcer/random.h"

namespace kaspar::enforcer {

namespace {

using std::chrono::milliseconds;

/// So many sockets at once.
constexpr std::size_t most_open_at_once = 64;

Instant now() {
    return std::chrono::steady_clock::now();
}

std::uint16_t random_id() {
    const Bytes octets = random_octets(2);
    return static_cast<std::uint16_t>(octets[0] << 8 | octets[1]);
}

/// The conversations that go on, and which question each is about.
class Round {
  public:
    Round(std::span<const Asking> askings, const Patience& patience)
        : askings_(askings), patience_(patience), results_(askings.size()) {}

    std::vector<Result<Answer>> run() {
        while (begin_more(), !open_.empty()) {
            wait();
            collect();
        }
        std::vector<Result<Answer>> answers;
        for (auto& result : results_)
            answers.push_back(std::move(*result));
        return answers;
    }

  private:
    struct Open {
        std::size_t asking;
        std::unique_ptr<Conversation> conversation;
    };

    void begin_more() {
        while (next_ < askings_.size() && open_.size() < most_open_at_once) {
            const Asking& asking = askings_[next_];
            auto query = Query::make(asking.question, random_id(), asking.key);
            if (query.ok())
                open_.push_back(
                    {next_, std::make_unique<Conversation>(asking.server, std::move(query).value(),
                                                           patience_, now())});
            else
                results_[next_] = std::move(query).fault();
            ++next_;
        }
    }

    void wait() {
        std::vector<pollfd> sockets;
        Instant first = Instant::max();
        for (const Open& one : open_) {
            sockets.push_back(one.conversation->awaited());
            first = std::min(first,
                             one.conversation->ended() ? Instant{} : one.conversation->deadline());
        }
        const auto left = std::chrono::ceil<milliseconds>(first - now());
        ::poll(sockets.data(), sockets.size(),
               static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 10'000)));
        tell_alive();
        const Instant woken = now();
        for (std::size_t i = 0; i < open_.size(); ++i) {
            Conversation& one = *open_[i].conversation;
            if (!one.ended() && sockets[i].revents != 0)
                one.on_ready(woken);
            if (!one.ended() && one.deadline() <= woken)
                one.on_deadline(woken);
        }
    }

    void collect() {
        std::erase_if(open_, [&](Open& one) {
            if (one.conversation->ended())
                results_[one.asking] = one.conversation->take();
            return one.conversation->ended();
        });
    }

    std::span<const Asking> askings_;
    const Patience& patience_;
    std::vector<std::optional<Result<Answer>>> results_;
    std::vector<Open> open_;
    std::size_t next_ = 0;
};

}  // namespace

std::vector<Result<Answer>> ask(std::span<const Asking> askings, const Patience& patience) {
    return Round(askings, patience).run();
}

}  // namespace kaspar::enforcer
