#include "signer/due_index.h"

#include <fmt/format.h>

#include "common/system/file.h"
#include "common/values/digest.h"

namespace kaspar::signer {

namespace {

constexpr std::string_view head = "Kaspar due index 1\n";
constexpr std::size_t digest_size = 32, number_size = 8;

/// Passes over the file field by field, and writes or reads it: one description serves both.
class Pass {
  public:
    explicit Pass(std::string& to) : to_(&to) {}
    explicit Pass(std::string_view from) : from_(from) {}

    bool good() const { return good_; }
    bool at_end() const { return from_.empty(); }

    template <typename Number>
    void number(Number& value) {
        auto bits = static_cast<std::uint64_t>(value);
        if (to_ != nullptr)
            put(bits);
        else
            value = static_cast<Number>(get());
    }

    void text(std::string& value) {
        const auto size = length(value.size());
        if (to_ != nullptr)
            *to_ += value;
        else
            value = take(size);
    }

    /// How many follow. No list is longer than what is left to read.
    std::size_t length(std::uint64_t value) {
        number(value);
        if (to_ == nullptr && value > from_.size())
            good_ = false;
        return good_ ? value : 0;
    }

  private:
    void put(std::uint64_t bits) {
        for (unsigned shift = 64; shift != 0; shift -= 8)
            *to_ += static_cast<char>(bits >> (shift - 8) & 0xff);
    }

    std::uint64_t get() {
        std::uint64_t bits = 0;
        for (const char octet : take(number_size))
            bits = bits << 8 | static_cast<std::uint8_t>(octet);
        return bits;
    }

    std::string_view take(std::size_t size) {
        good_ = good_ && size <= from_.size();
        if (!good_)
            return {};
        const auto taken = from_.substr(0, size);
        from_.remove_prefix(size);
        return taken;
    }

    std::string* to_ = nullptr;  ///< absent: reads
    std::string_view from_;
    bool good_ = true;
};

void field(Pass& pass, Time& value) {
    auto seconds = value.time_since_epoch().count();
    pass.number(seconds);
    value = Time(Duration(seconds));
}

void field(Pass& pass, std::optional<Time>& value) {
    if (pass.length(value ? 1 : 0) != 0)
        field(pass, value ? *value : value.emplace());
}

void field(Pass& pass, FileStamp& stamp) {
    pass.number(stamp.size);
    pass.number(stamp.modified);
    pass.number(stamp.inode);
}

void field(Pass& pass, StampedFile& file) {
    pass.text(file.path);
    field(pass, file.stamp);
}

void field(Pass& pass, QuietZone& quiet) {
    pass.text(quiet.zone);
    pass.number(quiet.generation);
    pass.number(quiet.serial);
    pass.number(quiet.signatures);
    field(pass, quiet.published);
    field(pass, quiet.first_expiry);
    field(pass, quiet.next_refresh);
    field(pass, quiet.valid_from);
    field(pass, quiet.state.instruction);
    field(pass, quiet.state.executed);
    field(pass, quiet.state.report);
    quiet.inputs.resize(pass.length(quiet.inputs.size()));
    for (auto& input : quiet.inputs)
        field(pass, input);
    field(pass, quiet.output);
}

/// Not beside the reports: the enforcer looks through that folder whenever a file in it changes.
Path file_of(const Configuration& configuration) {
    return configuration.executed() / ".due";
}

/// Instructions were accepted under that key.
FileStamp stamp_of_key(const Configuration& configuration) {
    return stamp_file(configuration.enforcer_public_key).value_or(FileStamp{});
}

std::string digest_of(std::string_view body) {
    const auto digest = sha256(as_bytes(body));
    return {digest.begin(), digest.end()};
}

/// What follows head and digest; absent: no whole file of this version.
std::optional<std::string_view> intact_body(std::string_view text) {
    if (!text.starts_with(head) || text.size() < head.size() + digest_size)
        return std::nullopt;
    const auto body = text.substr(head.size() + digest_size);
    if (digest_of(body) != text.substr(head.size(), digest_size))
        return std::nullopt;
    return body;
}

using Zones = std::map<std::string, QuietZone, std::less<>>;

Zones read_zones(std::string_view body, const FileStamp& key) {
    Pass pass(body);
    FileStamp made_under{};
    field(pass, made_under);
    Zones zones;
    for (auto left = pass.length(0); left != 0 && pass.good(); --left) {
        std::string name;
        pass.text(name);
        field(pass, zones.emplace_hint(zones.end(), std::move(name), QuietZone{})->second);
    }
    return pass.good() && pass.at_end() && made_under == key ? std::move(zones) : Zones{};
}

std::string body_of(Zones& zones, FileStamp key) {
    std::string body;
    Pass pass(body);
    field(pass, key);
    pass.length(zones.size());
    for (auto& [name, quiet] : zones) {
        auto copy = name;
        pass.text(copy);
        field(pass, quiet);
    }
    return body;
}

}  // namespace

DueIndex DueIndex::read(const Configuration& configuration) {
    DueIndex index;
    const auto text = read_file_if_there(file_of(configuration));
    const auto body = text.ok() && *text ? intact_body(**text) : std::nullopt;
    if (body)
        index.zones_ = read_zones(*body, stamp_of_key(configuration));
    return index;
}

const QuietZone* DueIndex::find(const std::string& name) const {
    const auto found = zones_.find(name);
    return found == zones_.end() ? nullptr : &found->second;
}

void DueIndex::keep(const std::string& name, std::optional<QuietZone> quiet) {
    if (!quiet) {
        changed_ |= zones_.erase(name) != 0;
        return;
    }
    auto& kept = zones_[name];
    changed_ |= kept != *quiet;
    kept = *std::move(quiet);
}

void DueIndex::keep_only(const std::set<std::string>& names) {
    changed_ |=
        std::erase_if(zones_, [&](const auto& entry) { return !names.contains(entry.first); }) != 0;
}

Outcome DueIndex::write(const Configuration& configuration) {
    if (!changed_)
        return Done{};
    const auto body = body_of(zones_, stamp_of_key(configuration));
    constexpr auto about = "what is due when could not be noted for the next round";
    KASPAR_CHECK(make_folder(configuration.executed()).within(about));
    KASPAR_CHECK(write_cache(file_of(configuration), std::string(head) + digest_of(body) + body)
                     .within(about));
    changed_ = false;
    return Done{};
}

}  // namespace kaspar::signer
