// What a program and its token worker say to each other, over a socket: requests and replies, each
// a frame of its own. Both sides use this one definition; neither trusts the other's lengths.
//
//     frame    = length (4 octets, big-endian) octets
//     request  = operation, then every field of Request, in order
//     reply    = every field of Reply, in order
//     text and octets are preceded by their length, lists by their count (4 octets each)
//
// The PIN is a frame of its own after the request to open a token, so that it stays out of buffers
// that nobody wipes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/formats/token_selector.h"
#include "common/values/algorithm.h"
#include "common/values/bytes.h"

namespace kaspar::token {

/// No frame is longer: a batch of digests is a few kilobytes, a batch of whole RRsets (EdDSA) more.
constexpr std::size_t longest_frame = 64u << 20;

enum class Operation : std::uint8_t {
    open,      ///< module, token; the PIN follows: logs in
    list,      ///< every key with a private half
    find,      ///< the one key that has this id
    generate,  ///< id, label, algorithm, bits
    destroy,   ///< id: every object of that key
    sign,      ///< id, algorithm, inputs
};
constexpr auto last_operation = Operation::sign;

struct Request {
    Operation operation = Operation::list;
    std::string module;  ///< the file
    TokenSelector token;
    bool final_try = false;  ///< log in even if a wrong PIN would be the last one allowed
    Bytes id;                ///< CKA_ID
    std::string label;
    Algorithm algorithm = Algorithm::ecdsap256sha256;
    std::uint32_t bits = 0;
    std::vector<Bytes> inputs;  ///< of C_Sign

    bool operator==(const Request&) const = default;
};

/// What hindered a request, and so who can mend it.
enum class Hindrance : std::uint8_t {
    none,
    absent,       ///< the module or the token is not there
    pin_refused,  ///< and no other attempt may be made until a person acts
    lost,         ///< the token, its session or its login went away: another worker may do better
    no_key,       ///< no key has that id
    ambiguous,    ///< several objects have that id, or several tokens that name
    taken,        ///< a key has that id already
    full,         ///< the token has no room
    unsupported,  ///< the token has no such mechanism
    failed,       ///< anything else that the module said
};
constexpr auto last_hindrance = Hindrance::failed;

/// A key as the token has it. The public half is in DNSKEY form; absent: of a kind that DNSSEC does
/// not know, or not on the token.
struct TokenKey {
    Bytes id;
    std::string label;
    std::optional<Algorithm> kind;  ///< rsasha256 stands for any RSA key
    Bytes public_octets;
    bool guarded = true;  ///< sensitive and not extractable

    bool operator==(const TokenKey&) const = default;
};

struct TokenFacts {
    TokenSelector name;
    std::vector<Algorithm> algorithms;        ///< that it can sign with; rsasha256 for any RSA
    std::optional<std::uint64_t> free_space;  ///< octets, if it tells

    bool operator==(const TokenFacts&) const = default;
};

struct Reply {
    Hindrance hindrance = Hindrance::none;
    std::string words;  ///< what the module said
    TokenFacts token;   ///< open
    std::vector<TokenKey> keys;
    std::vector<Bytes> signatures;

    bool operator==(const Reply&) const = default;
    bool ok() const { return hindrance == Hindrance::none; }
};

inline Reply hindered(Hindrance hindrance, std::string words) {
    Reply reply;
    reply.hindrance = hindrance;
    reply.words = std::move(words);
    return reply;
}

Bytes encode(const Request& request);
Bytes encode(const Reply& reply);

/// Absent: not a whole and proper message.
std::optional<Request> decode_request(BytesView octets);
std::optional<Reply> decode_reply(BytesView octets);

/// RSA keys are of one kind, whatever the digest.
Algorithm kind_of(Algorithm algorithm);

}  // namespace kaspar::token
