// Threads that help with a piece of work, as many as the system gives.
#pragma once

#include <future>
#include <system_error>
#include <thread>
#include <vector>

namespace kaspar {

/// Starts up to `count` threads that call work(0), work(1), …; fewer if the system gives no more
/// (its limits on tasks or memory): whoever calls does that work, too, and needs none of them.
template <typename Work>
std::vector<std::jthread> start_threads(unsigned count, const Work& work) {
    std::vector<std::jthread> threads;
    threads.reserve(count);
    try {
        for (unsigned i = 0; i < count; ++i)
            threads.emplace_back(work, i);
    } catch (const std::system_error&) {
        // those that there are
    }
    return threads;
}

/// For std::async: in a thread of its own if there are to be several and the system gives one, else
/// when its result is asked for.
constexpr std::launch launch_with(unsigned threads) {
    return threads > 1 ? std::launch::async | std::launch::deferred : std::launch::deferred;
}

}  // namespace kaspar
