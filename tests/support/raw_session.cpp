#include "tests/support/raw_session.h"

#include <dlfcn.h>

#include <algorithm>

#include "common/values/result.h"

namespace kaspar::test {
namespace {

/// Cryptoki's templates and mechanisms are not const, but only read.
template <typename Value>
CK_ATTRIBUTE attribute(CK_ATTRIBUTE_TYPE type, const Value& value) {
    return {type, const_cast<Value*>(&value), sizeof value};
}

CK_ATTRIBUTE attribute(CK_ATTRIBUTE_TYPE type, const std::string& octets) {
    return {type, const_cast<char*>(octets.data()), octets.size()};
}

bool has_label(const CK_TOKEN_INFO& token, const std::string& label) {
    std::string padded = label;
    padded.resize(sizeof token.label, ' ');
    return std::equal(padded.begin(), padded.end(), token.label,
                      [](char a, unsigned char b) { return static_cast<unsigned char>(a) == b; });
}

}  // namespace

const CK_FUNCTION_LIST& load_module(const std::string& file) {
    void* const module = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
    require(module != nullptr, file.c_str());
    const auto list = reinterpret_cast<CK_C_GetFunctionList>(::dlsym(module, "C_GetFunctionList"));
    CK_FUNCTION_LIST* functions = nullptr;
    require(list != nullptr && list(&functions) == CKR_OK, file.c_str());
    return *functions;
}

CK_RV initialize(const CK_FUNCTION_LIST& module) {
    CK_C_INITIALIZE_ARGS arguments{};
    arguments.flags = CKF_OS_LOCKING_OK;
    return module.C_Initialize(&arguments);
}

RawSession::RawSession(const std::string& module, const std::string& label)
    : module_(load_module(module)) {
    outcome_ = initialize(module_);
    if (outcome_ == CKR_OK || outcome_ == CKR_CRYPTOKI_ALREADY_INITIALIZED)
        outcome_ = find_slot(label);
    if (outcome_ == CKR_OK)
        outcome_ = module_.C_OpenSession(slot_, CKF_SERIAL_SESSION | CKF_RW_SESSION, nullptr,
                                         nullptr, &handle_);
}

RawSession::~RawSession() {
    if (handle_ != CK_INVALID_HANDLE)
        module_.C_CloseSession(handle_);
}

CK_RV RawSession::find_slot(const std::string& label) {
    CK_SLOT_ID slots[64];
    CK_ULONG count = std::size(slots);
    if (const CK_RV failed = module_.C_GetSlotList(CK_TRUE, slots, &count); failed != CKR_OK)
        return failed;
    int matches = 0;
    for (CK_ULONG i = 0; i < count; ++i) {
        CK_TOKEN_INFO token;
        if (module_.C_GetTokenInfo(slots[i], &token) != CKR_OK || !has_label(token, label))
            continue;
        slot_ = slots[i];
        ++matches;
    }
    return matches == 1 ? CKR_OK : CKR_TOKEN_NOT_PRESENT;
}

CK_RV RawSession::login(const std::string& pin) {
    std::string octets = pin;
    return module_.C_Login(handle_, CKU_USER, reinterpret_cast<unsigned char*>(octets.data()),
                           octets.size());
}

CK_RV RawSession::make_p256(const std::string& id) {
    const CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
    const std::string p256("\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07");
    CK_ATTRIBUTE publicly[]{attribute(CKA_TOKEN, yes), attribute(CKA_ID, id),
                            attribute(CKA_VERIFY, yes), attribute(CKA_EC_PARAMS, p256)};
    CK_ATTRIBUTE privately[]{attribute(CKA_TOKEN, yes),     attribute(CKA_ID, id),
                             attribute(CKA_SIGN, yes),      attribute(CKA_PRIVATE, yes),
                             attribute(CKA_SENSITIVE, yes), attribute(CKA_EXTRACTABLE, no)};
    CK_MECHANISM mechanism{CKM_EC_KEY_PAIR_GEN, nullptr, 0};
    CK_OBJECT_HANDLE made[2];
    return module_.C_GenerateKeyPair(handle_, &mechanism, publicly, std::size(publicly), privately,
                                     std::size(privately), &made[0], &made[1]);
}

CK_OBJECT_HANDLE RawSession::private_key(const std::string& id) {
    const CK_OBJECT_CLASS kind = CKO_PRIVATE_KEY;
    CK_ATTRIBUTE wanted[]{attribute(CKA_CLASS, kind), attribute(CKA_ID, id)};
    CK_OBJECT_HANDLE found[2];
    CK_ULONG count = 0;
    if (module_.C_FindObjectsInit(handle_, wanted, std::size(wanted)) != CKR_OK)
        return CK_INVALID_HANDLE;
    const CK_RV searched = module_.C_FindObjects(handle_, found, std::size(found), &count);
    module_.C_FindObjectsFinal(handle_);
    return searched == CKR_OK && count == 1 ? found[0] : CK_INVALID_HANDLE;
}

CK_RV RawSession::sign(CK_OBJECT_HANDLE key, const Octets& digest, Octets& signature,
                       CK_MECHANISM_TYPE mechanism) {
    CK_MECHANISM with{mechanism, nullptr, 0};
    if (const CK_RV failed = module_.C_SignInit(handle_, &with, key); failed != CKR_OK)
        return failed;
    signature.resize(1024);
    CK_ULONG size = signature.size();
    const CK_RV signed_ = module_.C_Sign(handle_, const_cast<unsigned char*>(digest.data()),
                                         digest.size(), signature.data(), &size);
    signature.resize(signed_ == CKR_OK ? size : 0);
    return signed_;
}

CK_RV RawSession::finalize() {
    handle_ = CK_INVALID_HANDLE;
    return module_.C_Finalize(nullptr);
}

}  // namespace kaspar::test
