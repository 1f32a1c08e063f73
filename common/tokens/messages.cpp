#include "common/tokens/messages.h"

namespace kaspar::token {
namespace {

/// Passes over a message field by field, and writes or reads it: one description of each message
/// serves both.
class Pass {
  public:
    explicit Pass(Bytes& to) : to_(&to) {}
    explicit Pass(BytesView from) : from_(from) {}

    bool good() const { return good_; }
    bool at_end() const { return from_.empty(); }
    void fail() { good_ = false; }

    void number(std::uint64_t& value, unsigned octets) {
        if (to_ != nullptr) {
            for (unsigned i = octets; i-- > 0;)
                to_->push_back(static_cast<std::uint8_t>(value >> (8 * i)));
            return;
        }
        value = 0;
        for (const std::uint8_t octet : take(octets))
            value = value << 8 | octet;
    }

    /// Bytes or text.
    template <typename Octets>
    void octets(Octets& value) {
        std::uint64_t size = value.size();
        number(size, 4);
        if (to_ != nullptr) {
            to_->insert(to_->end(), value.begin(), value.end());
        } else {
            const BytesView taken = take(size);
            value.assign(taken.begin(), taken.end());
        }
    }

  private:
    BytesView take(std::size_t size) {
        if (size > from_.size()) {
            good_ = false;
            from_ = {};
            return {};
        }
        const BytesView taken = from_.first(size);
        from_ = from_.subspan(size);
        return taken;
    }

    Bytes* to_ = nullptr;  ///< absent: reads
    BytesView from_;
    bool good_ = true;
};

// ---- Values ------------------------------------------------------------------------------------

void field(Pass& pass, std::string& text) {
    pass.octets(text);
}

void field(Pass& pass, Bytes& octets) {
    pass.octets(octets);
}

void field(Pass& pass, std::uint32_t& value) {
    std::uint64_t number = value;
    pass.number(number, 4);
    value = static_cast<std::uint32_t>(number);
}

void field(Pass& pass, std::uint64_t& value) {
    pass.number(value, 8);
}

/// One octet, at most `last`.
template <typename T>
void octet(Pass& pass, T& value, T last) {
    auto number = static_cast<std::uint64_t>(value);
    pass.number(number, 1);
    if (number > static_cast<std::uint64_t>(last))
        return pass.fail();
    value = static_cast<T>(number);
}

void field(Pass& pass, bool& value) {
    octet(pass, value, true);
}

void field(Pass& pass, Operation& value) {
    octet(pass, value, last_operation);
}

void field(Pass& pass, Hindrance& value) {
    octet(pass, value, last_hindrance);
}

void field(Pass& pass, Algorithm& value) {
    auto number = static_cast<std::uint64_t>(value);
    pass.number(number, 1);
    const auto known = algorithm_from_number(static_cast<std::uint8_t>(number));
    if (!known)
        return pass.fail();
    value = *known;
}

template <typename T>
void field(Pass& pass, std::optional<T>& value) {
    bool there = value.has_value();
    field(pass, there);
    if (there)
        field(pass, value ? *value : value.emplace());
}

template <typename T>
void field(Pass& pass, std::vector<T>& list);

// ---- Messages ----------------------------------------------------------------------------------

void fields(Pass& pass, auto&... members) {
    (field(pass, members), ...);
}

void field(Pass& pass, TokenSelector& token) {
    fields(pass, token.label, token.serial, token.manufacturer, token.model);
}

void field(Pass& pass, TokenKey& key) {
    fields(pass, key.id, key.label, key.kind, key.public_octets, key.guarded);
}

void field(Pass& pass, TokenFacts& token) {
    fields(pass, token.name, token.algorithms, token.free_space);
}

void field(Pass& pass, Request& request) {
    fields(pass, request.operation, request.module, request.token, request.final_try, request.id,
           request.label, request.algorithm, request.bits, request.inputs);
}

void field(Pass& pass, Reply& reply) {
    fields(pass, reply.hindrance, reply.words, reply.token, reply.keys, reply.signatures);
}

template <typename T>
void field(Pass& pass, std::vector<T>& list) {
    auto count = static_cast<std::uint32_t>(list.size());
    field(pass, count);
    for (std::uint32_t i = 0; i < count && pass.good(); ++i)
        field(pass, i < list.size() ? list[i] : list.emplace_back());
}

template <typename T>
Bytes encoded(const T& message) {
    Bytes octets;
    Pass pass(octets);
    field(pass, const_cast<T&>(message));  // a pass that writes changes nothing
    return octets;
}

template <typename T>
std::optional<T> decoded(BytesView octets) {
    T message;
    Pass pass(octets);
    field(pass, message);
    return pass.good() && pass.at_end() ? std::optional(std::move(message)) : std::nullopt;
}

}  // namespace

Bytes encode(const Request& request) {
    return encoded(request);
}

Bytes encode(const Reply& reply) {
    return encoded(reply);
}

std::optional<Request> decode_request(BytesView octets) {
    return decoded<Request>(octets);
}

std::optional<Reply> decode_reply(BytesView octets) {
    return decoded<Reply>(octets);
}

Algorithm kind_of(Algorithm algorithm) {
    return facts(algorithm).rsa ? Algorithm::rsasha256 : algorithm;
}

}  // namespace kaspar::token
