// Outcomes as values: what a function gives back when it may fail for a reason that its caller
// should expect (bad input, a missing key, a full disk). Broken invariants abort instead; see
// require(). Exceptions come only from libraries and end in the adapter that called them.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace kaspar {

/// Who can mend a fault, and so which exit status and which advice it leads to.
enum class FaultClass {
    usage,         ///< the command line (exit status 2)
    input,         ///< a file that a person wrote: zone, policy, configuration
    key,           ///< a key or key store that is unreadable or wrong
    absent,        ///< a key or key store that is not there (now): another that has it may do
    io,            ///< the file system or the operating system
    state,         ///< the database, an instruction or a report
    verification,  ///< a signed zone that did not pass the verifier
    refused,       ///< a request that must not be carried out now
};

/// What went wrong, in words for the operator: what is wrong and what to do.
struct Fault {
    FaultClass kind;
    std::string words;

    /// The same fault, told from one level further out: "reading zone example: …".
    Fault within(std::string_view context) && {
        return {kind, std::string(context) + ": " + std::move(words)};
    }
};

/// The value of a Result that carries no value.
struct Done {};

/// A value of T, or the Fault that prevented it.
template <typename T>
class [[nodiscard]] Result {
  public:
    Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
    Result(Fault fault) : state_(std::in_place_index<1>, std::move(fault)) {}

    bool ok() const { return state_.index() == 0; }
    explicit operator bool() const { return ok(); }

    T& value() & { return std::get<0>(state_); }
    const T& value() const& { return std::get<0>(state_); }
    T&& value() && { return std::get<0>(std::move(state_)); }
    T& operator*() & { return value(); }
    const T& operator*() const& { return value(); }
    T&& operator*() && { return std::move(*this).value(); }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }

    const Fault& fault() const& { return std::get<1>(state_); }
    Fault&& fault() && { return std::get<1>(std::move(state_)); }

    /// Adds context to the fault, if there is one.
    Result within(std::string_view context) && {
        if (ok())
            return std::move(*this);
        return std::move(*this).fault().within(context);
    }

  private:
    std::variant<T, Fault> state_;
};

using Outcome = Result<Done>;

/// Ends the process when an invariant is broken, in release builds too: a wrong signature is worse
/// than no signature.
constexpr void require(bool holds, const char* what) {
    if (holds)
        return;
    std::fprintf(stderr, "kaspar: broken invariant: %s\n", what);
    std::abort();
}

}  // namespace kaspar

#define KASPAR_JOIN_(a, b) a##b
#define KASPAR_JOIN(a, b) KASPAR_JOIN_(a, b)

/// KASPAR_TRY(auto zone, read_zone(path)); — declares the value, or returns the fault to the
/// caller.
#define KASPAR_TRY(declaration, expression)                      \
    auto KASPAR_JOIN(tried_, __LINE__) = (expression);           \
    if (!KASPAR_JOIN(tried_, __LINE__).ok())                     \
        return std::move(KASPAR_JOIN(tried_, __LINE__)).fault(); \
    declaration = std::move(KASPAR_JOIN(tried_, __LINE__)).value()

/// KASPAR_CHECK(write_file(path, text)); — returns the fault to the caller, if there is one.
#define KASPAR_CHECK(expression)                      \
    do {                                              \
        auto tried_outcome_ = (expression);           \
        if (!tried_outcome_.ok())                     \
            return std::move(tried_outcome_).fault(); \
    } while (false)
