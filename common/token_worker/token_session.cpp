#include "common/token_worker/token_session.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <pkcs11-helper-1.0/pkcs11h-certificate.h>
#include <pkcs11-helper-1.0/pkcs11h-token.h>
#include <sys/file.h>

#include <array>
#include <chrono>
#include <cstring>
#include <thread>

#include "common/system/descriptor.h"

namespace kaspar::token {
namespace {

constexpr auto provider = "token";

/// The module may be called by several threads of the helper, with the system's locks; the
/// helper's own default, C_Initialize(NULL), forbids that.
CK_C_INITIALIZE_ARGS initialize_args{nullptr, nullptr,           nullptr,
                                     nullptr, CKF_OS_LOCKING_OK, nullptr};

PKCS11H_BOOL refuse_pin(void*, void*, pkcs11h_token_id_t, unsigned, char*, std::size_t) {
    return false;
}

PKCS11H_BOOL refuse_token(void*, void*, pkcs11h_token_id_t, unsigned) {
    return false;
}

CK_RV set_property(unsigned property, const void* value, std::size_t size) {
    return pkcs11h_setProviderProperty(provider, property, value, size);
}

CK_RV register_provider(const std::string& module) {
    static const CK_C_INITIALIZE_ARGS* args = &initialize_args;
    const PKCS11H_BOOL not_allowed = false;
    const unsigned sign_only = PKCS11H_PRIVATEMODE_MASK_SIGN;
    CK_RV value = pkcs11h_registerProvider(provider);
    if (value == CKR_OK)
        value = set_property(PKCS11H_PROVIDER_PROPERTY_LOCATION, module.c_str(), module.size() + 1);
    if (value == CKR_OK)
        value = set_property(PKCS11H_PROVIDER_PROPERTY_ALLOW_PROTECTED_AUTH, &not_allowed,
                             sizeof(not_allowed));
    if (value == CKR_OK)
        value = set_property(PKCS11H_PROVIDER_PROPERTY_MASK_PRIVATE_MODE, &sign_only,
                             sizeof(sign_only));
    if (value == CKR_OK)
        value = set_property(PKCS11H_PROVIDER_PROPERTY_INIT_ARGS, &args, sizeof(void*));
    return value == CKR_OK ? pkcs11h_initializeProvider(provider) : value;
}

CK_RV initialize_helper() {
    CK_RV value = pkcs11h_initialize();
    if (value == CKR_OK)
        value = pkcs11h_setMaxLoginRetries(1);
    if (value == CKR_OK)
        value = pkcs11h_setPINPromptHook(refuse_pin, nullptr);
    if (value == CKR_OK)
        value = pkcs11h_setTokenPromptHook(refuse_token, nullptr);
    if (value == CKR_OK)
        value = pkcs11h_setProtectedAuthentication(false);
    return value;
}

/// Held while one worker of any program loads the module and logs in: SoftHSM rewrites the token's
/// file at every login, and a process that initialises meanwhile does not find the token. Whoever
/// hangs must not keep everybody out for ever, so the wait is bounded.
class LoginTurn {
  public:
    explicit LoginTurn(const std::string& module)
        : lock_(::open(module.c_str(), O_RDONLY | O_CLOEXEC)) {
        const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        while (lock_.valid() && ::flock(lock_.number(), LOCK_EX | LOCK_NB) != 0 &&
               std::chrono::steady_clock::now() < patience)
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }

  private:
    Descriptor lock_;
};

std::vector<Algorithm> algorithms_of(const CK_FUNCTION_LIST& functions, CK_SLOT_ID slot) {
    const std::array<std::pair<CK_MECHANISM_TYPE, std::vector<Algorithm>>, 3> known{{
        {CKM_RSA_PKCS, {Algorithm::rsasha256, Algorithm::rsasha512}},
        {CKM_ECDSA, {Algorithm::ecdsap256sha256, Algorithm::ecdsap384sha384}},
        {CKM_EDDSA, {Algorithm::ed25519, Algorithm::ed448}},
    }};
    std::vector<Algorithm> found;
    for (const auto& [mechanism, algorithms] : known) {
        CK_MECHANISM_INFO info{};
        if (functions.C_GetMechanismInfo(slot, mechanism, &info) != CKR_OK ||
            (info.flags & CKF_SIGN) == 0)
            continue;
        for (const Algorithm algorithm : algorithms)
            if (facts(algorithm).rsa || facts(algorithm).default_bits <= info.ulMaxKeySize)
                found.push_back(algorithm);
    }
    return found;
}

CK_MECHANISM_TYPE mechanism_of(Algorithm algorithm) {
    switch (kind_of(algorithm)) {
        case Algorithm::ecdsap256sha256:
        case Algorithm::ecdsap384sha384:
            return CKM_ECDSA;
        case Algorithm::ed25519:
        case Algorithm::ed448:
            return CKM_EDDSA;
        default:
            return CKM_RSA_PKCS;
    }
}

}  // namespace

/// What libpkcs11-helper calls a certificate: here only a token and a CKA_ID.
struct TokenSession::Certificate {
    pkcs11h_certificate_t handle = nullptr;
    ~Certificate() {
        if (handle != nullptr)
            pkcs11h_certificate_freeCertificate(handle);
    }
};

TokenSession::TokenSession() = default;

TokenSession::~TokenSession() {
    certificates_.clear();
    if (token_ != nullptr)
        pkcs11h_token_freeTokenId(token_);
    pkcs11h_terminate();
}

Reply TokenSession::open(const Request& request, const Secret& pin) {
    const LoginTurn turn(request.module);
    Reply reply = load(request.module);
    if (reply.ok())
        reply = find_token(request);
    if (reply.ok())
        reply = check_pin_state(request.final_try);
    if (reply.ok())
        reply = log_in(pin);
    if (!reply.ok())
        functions_ = nullptr;
    else
        reply.token = token_facts();
    return reply;
}

Reply TokenSession::load(const std::string& module) {
    void* const library = ::dlopen(module.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr)
        return hindered(Hindrance::absent, fmt::format("the module cannot be loaded: {}; install "
                                                       "it, or correct \"module\"",
                                                       ::dlerror()));
    // The helper gets the same instance of the module, and initialises it.
    const auto get_functions =
        reinterpret_cast<CK_C_GetFunctionList>(::dlsym(library, "C_GetFunctionList"));
    if (get_functions == nullptr)
        return hindered(Hindrance::absent,
                        module +
                            " is no PKCS#11 module: it has no C_GetFunctionList; correct "
                            "\"module\"");
    CK_RV value = get_functions(&functions_);
    if (value != CKR_OK || functions_ == nullptr)
        return refusal("C_GetFunctionList", value == CKR_OK ? CKR_GENERAL_ERROR : value);
    value = initialize_helper();
    if (value == CKR_OK)
        value = register_provider(module);
    return value == CKR_OK ? Reply{} : refusal("loading the module", value);
}

Reply TokenSession::find_token(const Request& request) {
    CK_ULONG count = 0;
    CK_RV value = functions_->C_GetSlotList(true, nullptr, &count);
    std::vector<CK_SLOT_ID> slots(count);
    if (value == CKR_OK)
        value = functions_->C_GetSlotList(true, slots.data(), &count);
    if (value != CKR_OK)
        return refusal("C_GetSlotList", value);
    slots.resize(count);
    std::size_t found = 0;
    std::string others;
    for (const CK_SLOT_ID slot : slots) {
        CK_TOKEN_INFO info{};
        if (functions_->C_GetTokenInfo(slot, &info) != CKR_OK)
            continue;
        if (!request.token.matches(name_of(info))) {
            if (const auto name = name_of(info); !name.label.empty())
                others += (others.empty() ? "" : ", ") + name.text();
            continue;
        }
        ++found;
        slot_ = slot;
        info_ = info;
    }
    if (found == 1)
        return Reply{};
    if (found > 1)
        return hindered(Hindrance::ambiguous,
                        fmt::format("{} tokens match; tell them apart by their serial: "
                                    "\"token\": \"pkcs11:token=…;serial=…\"",
                                    found));
    return hindered(
        Hindrance::absent,
        others.empty()
            ? std::string("the module shows no token; plug it in, or see to the module's own "
                          "configuration (SoftHSM: $SOFTHSM2_CONF)")
            : "the module shows only other tokens: " + others + "; correct \"token\"");
}

/// A wrong PIN must not be the one that locks the token, unless a person says so.
Reply TokenSession::check_pin_state(bool final_try) const {
    if ((info_.flags & CKF_USER_PIN_LOCKED) != 0)
        return hindered(Hindrance::pin_refused,
                        "the token's user PIN is locked; unlock it with the "
                        "security officer's PIN");
    if ((info_.flags & CKF_USER_PIN_FINAL_TRY) != 0 && !final_try)
        return hindered(Hindrance::pin_refused,
                        "one more wrong PIN would lock the token, so none is tried");
    return Reply{};
}

Reply TokenSession::log_in(const Secret& pin) {
    pkcs11h_token_id_list_t list = nullptr;
    CK_RV value = pkcs11h_token_enumTokenIds(PKCS11H_ENUM_METHOD_RELOAD, &list);
    if (value != CKR_OK)
        return refusal("looking for the token", value);
    const TokenSelector wanted = name_of(info_);
    for (auto* at = list; at != nullptr && token_ == nullptr; at = at->next) {
        const auto& id = *at->token_id;
        if (wanted == TokenSelector{id.label, id.serialNumber, id.manufacturerID, id.model})
            value = pkcs11h_token_duplicateTokenId(&token_, at->token_id);
    }
    pkcs11h_token_freeTokenIdList(list);
    if (value == CKR_OK && token_ == nullptr)
        value = CKR_TOKEN_NOT_PRESENT;
    if (value != CKR_OK)
        return refusal("looking for the token", value);
    value = pkcs11h_token_login(token_, true, pin.text().c_str());
    return value == CKR_OK ? Reply{} : refusal("logging in", value);
}

TokenFacts TokenSession::token_facts() const {
    TokenFacts known{name_of(info_), algorithms_of(*functions_, slot_), std::nullopt};
    const bool tells_space = info_.ulFreePrivateMemory != CK_UNAVAILABLE_INFORMATION &&
                             info_.ulTotalPrivateMemory != CK_UNAVAILABLE_INFORMATION;
    if (tells_space)
        known.free_space = info_.ulFreePrivateMemory;
    return known;
}

Reply TokenSession::certificate(const Bytes& id, Certificate*& found) {
    auto& known = certificates_[id];
    if (known == nullptr) {
        auto made = std::make_unique<Certificate>();
        pkcs11h_certificate_id_s wanted{};
        wanted.token_id = token_;
        wanted.attrCKA_ID = const_cast<CK_BYTE_PTR>(id.data());
        wanted.attrCKA_ID_size = id.size();
        const CK_RV value = pkcs11h_certificate_create(&wanted, nullptr, 0,
                                                       PKCS11H_PIN_CACHE_INFINITE, &made->handle);
        if (value != CKR_OK)
            return refusal("opening the key", value);
        known = std::move(made);
    }
    found = known.get();
    return Reply{};
}

Reply TokenSession::sign(const Request& request) {
    Certificate* key = nullptr;
    Reply reply = certificate(request.id, key);
    if (!reply.ok())
        return reply;
    constexpr std::size_t longest_signature = 1024;  // RSA of 8192 bits
    Bytes signature(longest_signature);
    for (const Bytes& input : request.inputs) {
        std::size_t size = signature.size();
        const CK_RV value =
            pkcs11h_certificate_sign(key->handle, mechanism_of(request.algorithm), input.data(),
                                     input.size(), signature.data(), &size);
        if (value != CKR_OK)
            return refusal("signing", value);
        reply.signatures.emplace_back(signature.begin(),
                                      signature.begin() + static_cast<long>(size));
    }
    return reply;
}

}  // namespace kaspar::token
