// The functions of Cryptoki 2.x (PKCS#11 v2.40), in the order of CK_FUNCTION_LIST.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

// clang-format off
#define KASPAR_CRYPTOKI(FUNCTION) \
    FUNCTION(C_Initialize) FUNCTION(C_Finalize) FUNCTION(C_GetInfo) FUNCTION(C_GetFunctionList) \
    FUNCTION(C_GetSlotList) FUNCTION(C_GetSlotInfo) FUNCTION(C_GetTokenInfo) \
    FUNCTION(C_GetMechanismList) FUNCTION(C_GetMechanismInfo) FUNCTION(C_InitToken) \
    FUNCTION(C_InitPIN) FUNCTION(C_SetPIN) FUNCTION(C_OpenSession) FUNCTION(C_CloseSession) \
    FUNCTION(C_CloseAllSessions) FUNCTION(C_GetSessionInfo) FUNCTION(C_GetOperationState) \
    FUNCTION(C_SetOperationState) FUNCTION(C_Login) FUNCTION(C_Logout) FUNCTION(C_CreateObject) \
    FUNCTION(C_CopyObject) FUNCTION(C_DestroyObject) FUNCTION(C_GetObjectSize) \
    FUNCTION(C_GetAttributeValue) FUNCTION(C_SetAttributeValue) FUNCTION(C_FindObjectsInit) \
    FUNCTION(C_FindObjects) FUNCTION(C_FindObjectsFinal) FUNCTION(C_EncryptInit) \
    FUNCTION(C_Encrypt) FUNCTION(C_EncryptUpdate) FUNCTION(C_EncryptFinal) \
    FUNCTION(C_DecryptInit) FUNCTION(C_Decrypt) FUNCTION(C_DecryptUpdate) \
    FUNCTION(C_DecryptFinal) FUNCTION(C_DigestInit) FUNCTION(C_Digest) FUNCTION(C_DigestUpdate) \
    FUNCTION(C_DigestKey) FUNCTION(C_DigestFinal) FUNCTION(C_SignInit) FUNCTION(C_Sign) \
    FUNCTION(C_SignUpdate) FUNCTION(C_SignFinal) FUNCTION(C_SignRecoverInit) \
    FUNCTION(C_SignRecover) FUNCTION(C_VerifyInit) FUNCTION(C_Verify) FUNCTION(C_VerifyUpdate) \
    FUNCTION(C_VerifyFinal) FUNCTION(C_VerifyRecoverInit) FUNCTION(C_VerifyRecover) \
    FUNCTION(C_DigestEncryptUpdate) FUNCTION(C_DecryptDigestUpdate) \
    FUNCTION(C_SignEncryptUpdate) FUNCTION(C_DecryptVerifyUpdate) FUNCTION(C_GenerateKey) \
    FUNCTION(C_GenerateKeyPair) FUNCTION(C_WrapKey) FUNCTION(C_UnwrapKey) FUNCTION(C_DeriveKey) \
    FUNCTION(C_SeedRandom) FUNCTION(C_GenerateRandom) FUNCTION(C_GetFunctionStatus) \
    FUNCTION(C_CancelFunction) FUNCTION(C_WaitForSlotEvent)
// clang-format on

namespace kaspar::test {

#define KASPAR_NAME(function) std::string_view(#function),
constexpr std::array function_names{KASPAR_CRYPTOKI(KASPAR_NAME)};
#undef KASPAR_NAME

/// Stands for every function, and for the calls of all of them together.
constexpr std::size_t any_function = function_names.size();

/// The place of a function in the list; `*` is any_function. Nothing: there is none of that name.
constexpr std::optional<std::size_t> function_number(std::string_view name) {
    if (name == "*")
        return any_function;
    const auto* const found = std::find(function_names.begin(), function_names.end(), name);
    if (found == function_names.end())
        return std::nullopt;
    return static_cast<std::size_t>(found - function_names.begin());
}

}  // namespace kaspar::test
