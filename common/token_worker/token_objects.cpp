#include "common/token_worker/token_objects.h"

#include <fmt/format.h>

#include <array>
#include <cstring>

#include "common/token_worker/public_half.h"
#include "common/values/encoding.h"

namespace kaspar::token {
namespace {

using Handles = std::vector<CK_OBJECT_HANDLE>;

constexpr CK_BBOOL yes = CK_TRUE, no = CK_FALSE;

/// A session of its own for one call.
class Session {
  public:
    Session(const CK_FUNCTION_LIST& functions, CK_SLOT_ID slot, CK_FLAGS mode)
        : functions_(functions) {
        open_ = checked("C_OpenSession", functions.C_OpenSession(slot, CKF_SERIAL_SESSION | mode,
                                                                 nullptr, nullptr, &session_));
        if (!open_.ok())
            session_ = CK_INVALID_HANDLE;
    }
    ~Session() {
        if (session_ != CK_INVALID_HANDLE)
            functions_.C_CloseSession(session_);
    }
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    const Reply& opened() const { return open_; }

    /// Objects of a class with these attributes.
    Reply search(CK_OBJECT_CLASS object_class, std::optional<BytesView> id, Handles& found) const {
        std::vector<CK_ATTRIBUTE> wanted{attribute(CKA_CLASS, object_class)};
        if (id)
            wanted.push_back(attribute(CKA_ID, *id));
        CK_RV value = functions_.C_FindObjectsInit(session_, wanted.data(), wanted.size());
        if (value != CKR_OK)
            return refusal("C_FindObjectsInit", value);
        std::array<CK_OBJECT_HANDLE, 64> some{};
        CK_ULONG count = 0;
        do {
            value = functions_.C_FindObjects(session_, some.data(), some.size(), &count);
            if (value == CKR_OK)
                found.insert(found.end(), some.begin(), some.begin() + static_cast<long>(count));
        } while (value == CKR_OK && count > 0);
        const CK_RV ended = functions_.C_FindObjectsFinal(session_);
        return checked("C_FindObjects", value != CKR_OK ? value : ended);
    }

    std::optional<Bytes> read(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type) const {
        CK_ATTRIBUTE wanted{type, nullptr, 0};
        if (functions_.C_GetAttributeValue(session_, object, &wanted, 1) != CKR_OK ||
            wanted.ulValueLen == CK_UNAVAILABLE_INFORMATION)
            return std::nullopt;
        Bytes octets(wanted.ulValueLen);
        wanted.pValue = octets.data();
        if (functions_.C_GetAttributeValue(session_, object, &wanted, 1) != CKR_OK)
            return std::nullopt;
        octets.resize(wanted.ulValueLen);
        return octets;
    }

    Reply destroy(const Handles& objects) const {
        for (const CK_OBJECT_HANDLE object : objects)
            if (const CK_RV value = functions_.C_DestroyObject(session_, object); value != CKR_OK)
                return refusal("C_DestroyObject", value);
        return Reply{};
    }

    Reply generate(CK_MECHANISM mechanism, std::vector<CK_ATTRIBUTE> public_half,
                   std::vector<CK_ATTRIBUTE> private_half) const {
        CK_OBJECT_HANDLE made_public = 0, made_private = 0;
        return checked("C_GenerateKeyPair",
                       functions_.C_GenerateKeyPair(
                           session_, &mechanism, public_half.data(), public_half.size(),
                           private_half.data(), private_half.size(), &made_public, &made_private));
    }

  private:
    static Reply checked(std::string_view doing, CK_RV value) {
        return value == CKR_OK ? Reply{} : refusal(doing, value);
    }

    const CK_FUNCTION_LIST& functions_;
    CK_SESSION_HANDLE session_ = CK_INVALID_HANDLE;
    Reply open_;
};

std::string text_of(const std::optional<Bytes>& octets) {
    return octets ? std::string(octets->begin(), octets->end()) : std::string{};
}

bool is_set(const std::optional<Bytes>& flag) {
    return flag && flag->size() == 1 && flag->front() != 0;
}

Reply read_key(const Session& session, CK_OBJECT_HANDLE object, TokenKey& key) {
    key.id = session.read(object, CKA_ID).value_or(Bytes{});
    key.label = text_of(session.read(object, CKA_LABEL));
    key.guarded = is_set(session.read(object, CKA_SENSITIVE)) &&
                  !is_set(session.read(object, CKA_EXTRACTABLE));
    Handles halves;
    if (Reply searched = session.search(CKO_PUBLIC_KEY, key.id, halves); !searched.ok())
        return searched;
    if (halves.size() > 1)
        return hindered(Hindrance::ambiguous, fmt::format("{} public keys have the id {}",
                                                          halves.size(), to_hex(key.id)));
    for (const CK_OBJECT_HANDLE half : {halves.empty() ? object : halves.front(), object})
        if (key.public_octets.empty())
            read_public_half([&](CK_ATTRIBUTE_TYPE type) { return session.read(half, type); }, key);
    return Reply{};
}

/// Nothing of that id may be there but what an interrupted attempt left.
Reply clear_the_way(const Session& session, const Bytes& id) {
    Handles private_halves, public_halves;
    Reply reply = session.search(CKO_PRIVATE_KEY, id, private_halves);
    if (!reply.ok())
        return reply;
    if (!private_halves.empty())
        return hindered(Hindrance::taken, "a key has that id already; it is not overwritten");
    reply = session.search(CKO_PUBLIC_KEY, id, public_halves);
    return !reply.ok() ? reply : session.destroy(public_halves);
}

CK_MECHANISM_TYPE generation_mechanism(Algorithm algorithm) {
    switch (kind_of(algorithm)) {
        case Algorithm::ecdsap256sha256:
        case Algorithm::ecdsap384sha384:
            return CKM_ECDSA_KEY_PAIR_GEN;
        case Algorithm::ed25519:
        case Algorithm::ed448:
            return CKM_EC_EDWARDS_KEY_PAIR_GEN;
        default:
            return CKM_RSA_PKCS_KEY_PAIR_GEN;
    }
}

Reply generate_in(const Session& session, const Request& request) {
    CK_ULONG bits = request.bits;
    const std::array<std::uint8_t, 3> exponent{1, 0, 1};
    const Bytes curve = curve_parameters(request.algorithm);
    const BytesView label = as_bytes(request.label);
    std::vector<CK_ATTRIBUTE> public_half{attribute(CKA_TOKEN, yes), attribute(CKA_PRIVATE, no),
                                          attribute(CKA_VERIFY, yes), attribute(CKA_ID, request.id),
                                          attribute(CKA_LABEL, label)};
    if (curve.empty()) {
        public_half.push_back(attribute(CKA_MODULUS_BITS, bits));
        public_half.push_back(attribute(CKA_PUBLIC_EXPONENT, BytesView(exponent)));
    } else {
        public_half.push_back(attribute(CKA_EC_PARAMS, curve));
    }
    const std::vector<CK_ATTRIBUTE> private_half{
        attribute(CKA_TOKEN, yes),     attribute(CKA_PRIVATE, yes),
        attribute(CKA_SENSITIVE, yes), attribute(CKA_EXTRACTABLE, no),
        attribute(CKA_SIGN, yes),      attribute(CKA_DECRYPT, no),
        attribute(CKA_UNWRAP, no),     attribute(CKA_ID, request.id),
        attribute(CKA_LABEL, label)};
    return session.generate({generation_mechanism(request.algorithm), nullptr, 0}, public_half,
                            private_half);
}

/// A module whose token went away may find nothing without a word.
Reply none_found(const CK_FUNCTION_LIST& functions, CK_SLOT_ID slot) {
    CK_TOKEN_INFO info{};
    if (const CK_RV value = functions.C_GetTokenInfo(slot, &info); value != CKR_OK)
        return hindered(Hindrance::lost, "C_GetTokenInfo: " + return_value_text(value));
    return hindered(Hindrance::no_key, "the token has no private key of that id");
}

}  // namespace

Reply TokenObjects::list() const {
    const Session session(functions_, slot_, 0);
    Reply reply = session.opened();
    Handles objects;
    if (reply.ok())
        reply = session.search(CKO_PRIVATE_KEY, std::nullopt, objects);
    for (const CK_OBJECT_HANDLE object : objects) {
        TokenKey key;
        if (Reply read = read_key(session, object, key);
            !read.ok() && read.hindrance != Hindrance::ambiguous)
            return read;
        reply.keys.push_back(std::move(key));
    }
    if (reply.ok() && reply.keys.empty())
        if (Reply none = none_found(functions_, slot_); none.hindrance == Hindrance::lost)
            return none;
    return reply;
}

Reply TokenObjects::find(const Bytes& id) const {
    const Session session(functions_, slot_, 0);
    Reply reply = session.opened();
    Handles objects;
    if (reply.ok())
        reply = session.search(CKO_PRIVATE_KEY, id, objects);
    if (!reply.ok())
        return reply;
    if (objects.empty())
        return none_found(functions_, slot_);
    if (objects.size() > 1)
        return hindered(Hindrance::ambiguous,
                        fmt::format("{} private keys have that id", objects.size()));
    TokenKey key;
    reply = read_key(session, objects.front(), key);
    if (reply.ok())
        reply.keys.push_back(std::move(key));
    return reply;
}

Reply TokenObjects::generate(const Request& request) const {
    {
        const Session session(functions_, slot_, CKF_RW_SESSION);
        Reply reply = session.opened();
        if (reply.ok())
            reply = clear_the_way(session, request.id);
        if (reply.ok())
            reply = generate_in(session, request);
        if (!reply.ok())
            return reply;
    }
    return find(request.id);
}

Reply TokenObjects::destroy(const Bytes& id) const {
    const Session session(functions_, slot_, CKF_RW_SESSION);
    Reply reply = session.opened();
    // The private half first: what is left of an interrupted removal must not sign.
    for (const CK_OBJECT_CLASS object_class : {CKO_PRIVATE_KEY, CKO_PUBLIC_KEY}) {
        Handles objects;
        if (reply.ok())
            reply = session.search(object_class, id, objects);
        if (reply.ok())
            reply = session.destroy(objects);
    }
    return reply;
}

}  // namespace kaspar::token
