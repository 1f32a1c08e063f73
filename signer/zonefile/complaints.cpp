#include "signer/zonefile/complaints.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/system/memory.h"

namespace kaspar::signer {

namespace {

constexpr std::size_t most_listed = 50;
constexpr unsigned most_endless = 50;

std::string megabytes(std::uint64_t octets) {
    return fmt::format("{} MB", octets / 1'000'000);
}

}  // namespace

void Complaints::add(std::string words) {
    if (words_.size() < most_listed)
        words_.push_back(std::move(words));
    ++count_;
}

bool Complaints::is_given_up() const {
    return endless_ >= most_endless;
}

Fault Complaints::fault() const {
    std::string all = fmt::format("{}", fmt::join(words_, "\n"));
    if (is_given_up())
        all += fmt::format(
            "\n… and more; {} parentheses are never closed, so the rest is not looked at",
            most_endless);
    else if (count_ > words_.size())
        all += fmt::format("\n… and {} more errors", count_ - words_.size());
    return {FaultClass::input, std::move(all)};
}

std::string start_of(std::string_view item) {
    constexpr std::size_t longest = 60;
    auto line = item.substr(0, item.find('\n'));
    line = line.substr(0, line.find('\r'));
    std::string out(line.substr(0, longest));
    std::replace_if(
        out.begin(), out.end(), [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
    return line.size() > longest ? out + "…" : out;
}

std::optional<std::string> want_of_memory(std::uint64_t held) {
    const auto available = available_memory();
    if (!available || available->octets >= held)
        return std::nullopt;
    return fmt::format(
        "the zone takes {} of memory up to here and will take as much again, and {} are to be "
        "had, by {}; make it smaller, or give the signer more",
        megabytes(held), megabytes(available->octets), available->limit);
}

}  // namespace kaspar::signer
