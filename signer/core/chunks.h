// Work on many small items by several threads: the items are cut into chunks, which the threads
// take from one queue, so that a slow chunk holds nobody up. Not a thread pool: threads live as
// long as the call.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <thread>
#include <vector>

namespace kaspar::signer {

struct Chunk {
    std::size_t begin, end;  ///< items
    std::size_t index;       ///< of the chunk
    unsigned thread;         ///< 0 … threads − 1
};

inline std::size_t chunk_count(std::size_t items, std::size_t chunk_size) {
    return (items + chunk_size - 1) / chunk_size;
}

/// Calls work(Chunk) for every chunk of `items`. With one thread, or only one chunk, it runs in the
/// caller's thread. `work` must not throw.
template <typename Work>
void for_each_chunk(std::size_t items, std::size_t chunk_size, unsigned threads, Work&& work) {
    const std::size_t chunks = chunk_count(items, chunk_size);
    std::atomic<std::size_t> next{0};
    const auto take_chunks = [&](unsigned thread) {
        for (std::size_t i = next++; i < chunks; i = next++)
            work(Chunk{i * chunk_size, std::min(items, (i + 1) * chunk_size), i, thread});
    };
    const auto wanted = std::min<std::size_t>(std::max(threads, 1u), chunks);
    std::vector<std::jthread> others;
    for (unsigned thread = 1; thread < wanted; ++thread)
        others.emplace_back(take_chunks, thread);
    take_chunks(0);
}

}  // namespace kaspar::signer
