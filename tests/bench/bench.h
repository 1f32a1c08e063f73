// What the benchmarks have in common: timings, and the table of what was found.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace kaspar::bench {

using Milliseconds = std::chrono::duration<double, std::milli>;

/// The processor time that the programs took for the same work, each time that it was done; what
/// else the machine did meanwhile counts little.
class Timing {
  public:
    void add(const std::function<void()>& work);
    Milliseconds median() const;

    /// The time that passed.
    Milliseconds elapsed() const;

  private:
    std::vector<Milliseconds> times_, elapsed_;
};

/// The table that a benchmark ends with. What is beyond its bound fails the benchmark.
class Figures {
  public:
    void tell(const std::string& what, Milliseconds time);
    void tell(const std::string& what, double number, const std::string& unit);
    void ratio(const std::string& what, Milliseconds time, Milliseconds to, double bound);
    void difference(const std::string& what, Milliseconds more, Milliseconds bound);

    /// What is wanted as large as possible.
    void reach(const std::string& what, double value, double least);

    /// Prints the table.
    void show() const;

  private:
    void judge(const std::string& what, double value, double bound, const std::string& unit);

    struct Line {
        std::string what, value, bound;
        bool good;
    };
    std::vector<Line> lines_;
};

}  // namespace kaspar::bench
