#include "signer/core/ordered_work.h"

#include <atomic>
#include <numeric>

#include "tests/support/catch.h"

namespace ordered_work_test {

using namespace kaspar::signer;

namespace {

/// A piece takes its own time, so that they are not done in order.
int slow_square(std::size_t index) {
    std::this_thread::sleep_for(std::chrono::microseconds((index * 7919) % 97));
    return static_cast<int>(index * index);
}

}  // namespace

TEST_CASE("results are taken in order, whatever the number of threads", "[ordered_work]") {
    for (const unsigned threads : {0U, 1U, 2U, 3U, 8U})
        for (const std::size_t count : {0U, 1U, 2U, 50U, 500U}) {
            std::vector<int> taken;
            in_order(
                count, threads, [](std::size_t i, unsigned) { return slow_square(i); },
                [&](std::size_t i, int result) {
                    CHECK(i == taken.size());
                    taken.push_back(result);
                    return true;
                });
            std::vector<int> expected(count);
            for (std::size_t i = 0; i < count; ++i)
                expected[i] = static_cast<int>(i * i);
            CHECK(taken == expected);
        }
}

TEST_CASE("who takes may end the work", "[ordered_work]") {
    std::atomic<unsigned> made = 0;
    std::size_t taken = 0;
    in_order(
        10'000, 4,
        [&](std::size_t i, unsigned) {
            ++made;
            return i;
        },
        [&](std::size_t i, std::size_t) {
            ++taken;
            return i < 9;
        });
    CHECK(taken == 10);
    CHECK(made < 100);
}

TEST_CASE("what is thrown in any thread ends the work and reaches the caller", "[ordered_work]") {
    for (const unsigned threads : {1U, 4U}) {
        std::size_t taken = 0;
        const auto count = [&](std::size_t, std::size_t) { return ++taken < 1000; };
        const auto fail_at_20 = [](std::size_t i, unsigned) {
            if (i == 20)
                throw std::bad_alloc();
            return slow_square(i);
        };
        CHECK_THROWS_AS(in_order(400, threads, fail_at_20, count), std::bad_alloc);
        CHECK(taken <= 20);
        const auto square = [](std::size_t i, unsigned) { return slow_square(i); };
        const auto fail_to_take = [&](std::size_t i, std::size_t) -> bool {
            if (i == 10)
                throw std::bad_alloc();
            return true;
        };
        CHECK_THROWS_AS(in_order(400, threads, square, fail_to_take), std::bad_alloc);
    }
}

TEST_CASE("few results wait for a slow one", "[ordered_work]") {
    std::atomic<std::size_t> made = 0;
    std::size_t most_ahead = 0;
    in_order(
        400, 4,
        [&](std::size_t i, unsigned) {
            ++made;
            return i;
        },
        [&](std::size_t i, std::size_t) {
            std::this_thread::sleep_for(std::chrono::microseconds(50));
            most_ahead = std::max(most_ahead, made - i);
            return true;
        });
    CHECK(most_ahead <= 17);
}

TEST_CASE("every thread that makes has a number of its own", "[ordered_work]") {
    std::vector<std::atomic<int>> busy(4);
    std::atomic<bool> shared = false;
    in_order(
        300, 4,
        [&](std::size_t i, unsigned thread) {
            shared = shared || ++busy[thread] > 1;
            slow_square(i);
            --busy[thread];
            return i;
        },
        [](std::size_t, std::size_t) { return true; });
    CHECK_FALSE(shared);
}

}  // namespace ordered_work_test
