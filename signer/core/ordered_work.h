// Work that several threads do piece by piece, and whose results are taken in order: the signing of
// a zone's parts, whose text goes to the file one after the other; the verifying of them. At most
// a few results wait at a time. Not a thread pool: threads live as long as the call, and where the
// system gives no more of them, those that there are do the work.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "common/values/threads.h"

namespace kaspar::signer {

/// Calls make(index, thread) for each of `count` pieces, by `threads` threads, and take(index,
/// result) in the order of the index, one at a time, in whichever thread is free. A result is
/// anything that can be moved. `take` says whether to go on; once it says no, what is under way is
/// finished and dropped. What either throws (memory has ended) ends the work and is thrown here.
template <typename Make, typename Take>
void in_order(std::size_t count, unsigned threads, Make&& make, Take&& take) {
    using Made = decltype(make(std::size_t{}, 0U));
    const auto wanted =
        static_cast<unsigned>(std::clamp<std::size_t>(threads, 1, std::max<std::size_t>(count, 1)));
    const std::size_t ahead = std::size_t{4} * wanted;  // results that may wait
    std::vector<std::optional<Made>> made(ahead);
    std::mutex mutex;
    std::condition_variable room;
    std::size_t next = 0, taken = 0;
    bool going = true, taking = false;
    std::exception_ptr thrown;

    const auto take_what_is_ready = [&](std::unique_lock<std::mutex>& lock) {
        if (taking)
            return;  // another thread is at it, and looks again
        taking = true;
        while (going && taken < count && made[taken % ahead]) {
            auto result = *std::exchange(made[taken % ahead], std::nullopt);
            lock.unlock();
            const bool go_on = take(taken, std::move(result));
            lock.lock();
            ++taken;
            going = going && go_on;
            room.notify_all();
        }
        taking = false;
    };
    const auto work_on = [&](unsigned thread) {
        std::unique_lock lock(mutex);
        for (;;) {
            room.wait(lock, [&] { return !going || next >= count || next < taken + ahead; });
            if (!going || next >= count)
                return;
            const auto index = next++;
            lock.unlock();
            auto result = make(index, thread);
            lock.lock();
            made[index % ahead].emplace(std::move(result));
            take_what_is_ready(lock);
        }
    };
    const auto work = [&](unsigned thread) {
        try {
            work_on(thread);
        } catch (...) {
            const std::lock_guard lock(mutex);
            thrown = std::current_exception();
            going = false;
            room.notify_all();
        }
    };
    {
        const auto others = start_threads(wanted - 1, [&](unsigned i) { work(i + 1); });
        work(0);
    }
    if (thrown)
        std::rethrow_exception(thrown);
}

}  // namespace kaspar::signer
