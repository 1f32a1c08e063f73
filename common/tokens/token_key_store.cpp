#include "common/tokens/token_key_store.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/tokens/token_input.h"
#include "common/values/encoding.h"

namespace kaspar::token {
namespace {

FaultClass class_of(Hindrance hindrance) {
    switch (hindrance) {
        case Hindrance::absent:
        case Hindrance::pin_refused:
        case Hindrance::lost:
        case Hindrance::no_key:
            return FaultClass::absent;
        case Hindrance::taken:
            return FaultClass::refused;
        default:
            return FaultClass::key;
    }
}

std::string_view remedy(Hindrance hindrance) {
    switch (hindrance) {
        case Hindrance::pin_refused:
            return "; put the right PIN in its place; where that is no file, run `kaspar keystore "
                   "test "
                   "--retry` then";
        case Hindrance::no_key:
            return "; restore the token from its backup. A new key is not made in its place";
        case Hindrance::ambiguous:
            return "; remove what does not belong there";
        case Hindrance::full:
            return "; make room: `kaspar key purge` removes keys that are out of use";
        case Hindrance::unsupported:
            return "; the token cannot do this algorithm or size: change the policy";
        default:
            return "";
    }
}

Fault fault_of(const Reply& reply) {
    return {
        class_of(reply.hindrance),
        fmt::format("{}{}{}",
                    reply.hindrance == Hindrance::pin_refused ? "the PIN is not accepted: " : "",
                    reply.words, remedy(reply.hindrance))};
}

/// A locator as a CKA_ID. Keys that Kaspar made have 16 octets, those of others may have any
/// number.
Result<Bytes> id_of(const std::string& locator) {
    constexpr std::size_t longest = 128;
    auto id = from_hex(locator);
    if (id && !id->empty() && id->size() <= longest)
        return *std::move(id);
    return Fault{
        FaultClass::key,
        fmt::format("\"{}\" is not a key's locator (its CKA_ID in hexadecimal digits)", locator)};
}

std::string label_for(const std::string& pattern, const KeyOwner& owner) {
    std::string label = pattern;
    for (const auto& [word, value] : {std::pair("{zone}", owner.zone), {"{role}", owner.role}})
        for (std::size_t at = label.find(word); at != label.npos; at = label.find(word, at)) {
            label.replace(at, std::string_view(word).size(), value);
            at += value.size();
        }
    return label;
}

/// The public half of a key that is to be of `algorithm`.
Result<PublicKey> public_half(const Reply& reply, Algorithm algorithm) {
    if (reply.keys.size() != 1)
        return Fault{FaultClass::absent, "the token worker's answer makes no sense"};
    const TokenKey& key = reply.keys.front();
    if (key.kind != kind_of(algorithm))
        return Fault{FaultClass::key,
                     fmt::format("the key there is {}, not {}",
                                 key.kind ? facts(*key.kind).mnemonic : "of an unknown kind",
                                 facts(algorithm).mnemonic)};
    if (key.public_octets.empty())
        return Fault{FaultClass::key,
                     "the token does not tell the key's public half; restore its public object"};
    return PublicKey{algorithm, key.public_octets};
}

/// A key in the token; the crew's workers sign. Any number of duplicates share the crew.
class TokenSigningKey final : public SigningKey {
  public:
    TokenSigningKey(std::shared_ptr<Crew> crew, CrewKey key, std::string about)
        : crew_(std::move(crew)), key_(std::move(key)), about_(std::move(about)) {}

    const PublicKey& public_key() const override { return key_.on_record; }

    Result<Bytes> sign(BytesView message) override {
        KASPAR_TRY(auto signatures, sign_all(std::span(&message, 1)));
        return std::move(signatures.front());
    }

    Result<std::vector<Bytes>> sign_all(std::span<const BytesView> messages) override {
        std::vector<Bytes> inputs;
        inputs.reserve(messages.size());
        for (const BytesView message : messages)
            inputs.push_back(token_input(key_.on_record.algorithm, message));
        Reply reply = crew_->sign(key_, std::move(inputs));
        if (!reply.ok())
            return fault_of(reply).within(about_);
        return std::move(reply.signatures);
    }

    bool signs_elsewhere() const override { return true; }

    Result<std::unique_ptr<SigningKey>> duplicate() const override {
        return std::unique_ptr<SigningKey>(std::make_unique<TokenSigningKey>(crew_, key_, about_));
    }

  private:
    std::shared_ptr<Crew> crew_;
    CrewKey key_;
    std::string about_;
};

Request request_for(Operation operation, Bytes id = {}) {
    Request request;
    request.operation = operation;
    request.id = std::move(id);
    return request;
}

}  // namespace

TokenKeyStore::TokenKeyStore(std::string name, KeyStoreConfiguration configuration)
    : name_(std::move(name)),
      configuration_(std::move(configuration)),
      crew_(std::make_shared<Crew>(configuration_)) {}

Result<Reply> TokenKeyStore::ask(const Request& request, const std::string& about) {
    Reply reply = crew_->ask(request);
    if (reply.ok())
        return reply;
    return fault_of(reply).within(
        fmt::format("key store {} ({}){}", name_, configuration_.token.text(), about));
}

Outcome TokenKeyStore::check_room() {
    if (!configuration_.capacity)
        return Done{};
    KASPAR_TRY(const auto there, list());
    if (there.size() < *configuration_.capacity)
        return Done{};
    return Fault{FaultClass::key,
                 fmt::format("key store {}: it holds {} keys, and its capacity is {}; `kaspar key "
                             "purge` removes keys that are out of use",
                             name_, there.size(), *configuration_.capacity)};
}

Result<PublicKey> TokenKeyStore::generate(const std::string& locator, const KeyShape& shape,
                                          const KeyOwner& owner) {
    KASPAR_TRY(Bytes id, id_of(locator));
    KASPAR_CHECK(check_room());
    Request request = request_for(Operation::generate, std::move(id));
    request.label = label_for(configuration_.key_label, owner);
    request.algorithm = shape.algorithm;
    request.bits = shape.bits;
    KASPAR_TRY(const Reply reply, ask(request, ", making key " + locator));
    return public_half(reply, shape.algorithm);
}

Result<PublicKey> TokenKeyStore::find(const std::string& locator, Algorithm algorithm) {
    KASPAR_TRY(Bytes id, id_of(locator));
    const std::string about = ", key " + locator;
    KASPAR_TRY(const Reply reply, ask(request_for(Operation::find, std::move(id)), about));
    return public_half(reply, algorithm).within("key store " + name_ + about);
}

Result<std::unique_ptr<SigningKey>> TokenKeyStore::open(const std::string& locator,
                                                        const PublicKey& on_record) {
    KASPAR_TRY(const PublicKey there, find(locator, on_record.algorithm));
    if (there != on_record)
        return Fault{
            FaultClass::key,
            fmt::format("key store {}: under {} it holds key {}, but on record is key {}: do not "
                        "use it; restore the token from its backup",
                        name_, locator, there.fingerprint(), on_record.fingerprint())};
    KASPAR_TRY(Bytes id, id_of(locator));
    return std::unique_ptr<SigningKey>(std::make_unique<TokenSigningKey>(
        crew_, CrewKey{std::move(id), on_record},
        fmt::format("key store {} ({})", name_, configuration_.token.text())));
}

Outcome TokenKeyStore::destroy(const std::string& locator) {
    KASPAR_TRY(Bytes id, id_of(locator));
    KASPAR_TRY(const Reply reply,
               ask(request_for(Operation::destroy, std::move(id)), ", removing key " + locator));
    return Done{};
}

Result<std::vector<std::string>> TokenKeyStore::list() {
    KASPAR_TRY(const auto held, keys());
    std::vector<std::string> locators;
    for (const HeldKey& key : held)
        locators.push_back(key.locator);
    return locators;
}

Result<std::vector<HeldKey>> TokenKeyStore::keys() {
    KASPAR_TRY(const Reply reply, ask(request_for(Operation::list), ""));
    std::vector<HeldKey> held;
    for (const TokenKey& key : reply.keys) {
        std::optional<PublicKey> half;
        if (key.kind && !key.public_octets.empty())
            half = PublicKey{*key.kind, key.public_octets};
        held.push_back({to_hex(key.id), key.label, std::move(half), key.guarded});
    }
    std::sort(held.begin(), held.end(),
              [](const HeldKey& a, const HeldKey& b) { return a.locator < b.locator; });
    return held;
}

Result<StoreFacts> TokenKeyStore::look() {
    KASPAR_TRY(const Reply reply, ask(request_for(Operation::open), ""));
    const TokenSelector& token = reply.token.name;
    return StoreFacts{fmt::format("{} by {} {}", token.text(), token.manufacturer, token.model),
                      reply.token.algorithms, reply.token.free_space};
}

}  // namespace kaspar::token
