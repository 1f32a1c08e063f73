#include "signer/zonefile/complaints.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/system/memory.h"

namespace kaspar::signer {

namespace {

constexpr std::size_t most_listed = 50;
constexpr unsigned most_endless = 50;
constexpr std::uint64_t most_counted = 100'000;
constexpr std::size_t longest_words = 1000, longest_excerpt = 60;  // octets

/// What is outside ASCII may be cut in two: who shows it sees to that.
std::string one_line(std::string_view words, std::size_t longest) {
    std::string out(words.substr(0, longest));
    std::replace_if(
        out.begin(), out.end(),
        [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; }, ' ');
    return words.size() > longest ? out + "…" : out;
}

}  // namespace

void Complaints::add(std::string_view words) {
    if (words_.size() < most_listed)
        words_.push_back(one_line(words, longest_words));
    ++count_;
}

bool Complaints::is_given_up() const {
    return endless_ >= most_endless || count_ >= most_counted;
}

Fault Complaints::fault() const {
    std::string all = fmt::format("{}", fmt::join(words_, "\n"));
    if (endless_ >= most_endless)
        all += fmt::format(
            "\n… and more; {} parentheses are never closed, so the rest is not looked at",
            most_endless);
    else if (is_given_up())
        all += fmt::format("\n… and {} more errors; the rest is not looked at",
                           count_ - words_.size());
    else if (count_ > words_.size())
        all += fmt::format("\n… and {} more errors", count_ - words_.size());
    return {FaultClass::input, std::move(all)};
}

std::string start_of(std::string_view item) {
    const auto line = item.substr(0, item.find('\n'));
    return one_line(line.substr(0, line.find('\r')), longest_excerpt);
}

std::optional<std::string> want_of_memory(std::uint64_t held) {
    const auto available = available_memory();
    if (!available || available->octets >= held)
        return std::nullopt;
    return fmt::format(
        "the zone takes {} of memory up to here and will take as much again, and {}; make it "
        "smaller, or give the signer more",
        megabytes(held), available->words());
}

}  // namespace kaspar::signer
