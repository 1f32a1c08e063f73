// Work on many small items by several threads: the items are cut into chunks, which the threads
// take from one queue, so that a slow chunk holds nobody up. Where results are to be taken in
// order, see ordered_work.h. Not a thread pool: threads live as long as the call.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>

#include "common/values/threads.h"

namespace kaspar::signer {

/// Calls work(begin, end) for chunks of `items` items, in which each has its turn once. With one
/// thread, or only one chunk, it runs in the caller's thread. `work` must not throw.
template <typename Work>
void for_each_chunk(std::size_t items, std::size_t chunk_size, unsigned threads, Work&& work) {
    const std::size_t chunks = (items + chunk_size - 1) / chunk_size;
    std::atomic<std::size_t> next{0};
    const auto take_chunks = [&] {
        for (std::size_t i = next++; i < chunks; i = next++)
            work(i * chunk_size, std::min(items, (i + 1) * chunk_size));
    };
    const auto wanted = std::clamp<std::size_t>(chunks, 1, std::max(threads, 1u));
    const auto others =
        start_threads(static_cast<unsigned>(wanted) - 1, [&](unsigned) { take_chunks(); });
    take_chunks();
}

}  // namespace kaspar::signer
