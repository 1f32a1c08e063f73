#include "common/values/digest.h"

#include <botan/hash.h>

#include <memory>
#include <string>

namespace kaspar {
namespace {

/// A hash object per thread and digest: making one costs more than hashing a name with it.
using Hash = std::unique_ptr<Botan::HashFunction>;

Bytes run(const Hash& hash, BytesView octets) {
    Bytes digest(hash->output_length());
    hash->update(octets.data(), octets.size());
    hash->final(digest.data());
    return digest;
}

}  // namespace

Bytes sha1(BytesView octets) {
    const auto digest = sha1_octets(octets);
    return {digest.begin(), digest.end()};
}

std::array<std::uint8_t, 20> sha1_octets(BytesView octets) {
    thread_local const Hash hash = Botan::HashFunction::create_or_throw("SHA-1");
    std::array<std::uint8_t, 20> digest;
    hash->update(octets.data(), octets.size());
    hash->final(digest.data());
    return digest;
}

Bytes sha256(BytesView octets) {
    thread_local const Hash hash = Botan::HashFunction::create_or_throw("SHA-256");
    return run(hash, octets);
}

Bytes sha384(BytesView octets) {
    thread_local const Hash hash = Botan::HashFunction::create_or_throw("SHA-384");
    return run(hash, octets);
}

Bytes sha512(BytesView octets) {
    thread_local const Hash hash = Botan::HashFunction::create_or_throw("SHA-512");
    return run(hash, octets);
}

struct Digest::State {
    std::unique_ptr<Botan::HashFunction> hash;
};

Digest::Digest(std::string_view algorithm)
    : state_(std::make_unique<State>(
          State{Botan::HashFunction::create_or_throw(std::string(algorithm))})) {}

Digest::~Digest() = default;
Digest::Digest(Digest&&) noexcept = default;
Digest& Digest::operator=(Digest&&) noexcept = default;

Digest Digest::sha256() {
    return Digest("SHA-256");
}

Digest Digest::sha384() {
    return Digest("SHA-384");
}

Digest Digest::sha512() {
    return Digest("SHA-512");
}

void Digest::add(BytesView octets) {
    state_->hash->update(octets.data(), octets.size());
}

Bytes Digest::finish() {
    Bytes digest(state_->hash->output_length());
    state_->hash->final(digest.data());
    return digest;
}

}  // namespace kaspar
