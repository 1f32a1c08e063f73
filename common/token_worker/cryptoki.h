// PKCS#11 (Cryptoki 2.40) in our words, for the .cpp files of this folder and for nobody else: what
// its return values mean, attributes, and the functions of a module.
#pragma once

#include <pkcs11-helper-1.0/pkcs11h-core.h>

#include <string_view>
#include <type_traits>

#include "common/tokens/messages.h"

namespace kaspar::token {

/// "CKR_DEVICE_REMOVED"
std::string return_value_text(CK_RV value);

Hindrance hindrance_of(CK_RV value);

/// "C_Login: CKR_TOKEN_NOT_PRESENT", as a reply.
Reply refusal(std::string_view doing, CK_RV value);

/// An attribute; its value must outlive it. PKCS#11 does not write to it, though its type could.
template <typename T>
requires std::is_arithmetic_v<T> CK_ATTRIBUTE attribute(CK_ATTRIBUTE_TYPE type, const T& value) {
    return {type, const_cast<T*>(&value), sizeof(T)};
}
inline CK_ATTRIBUTE attribute(CK_ATTRIBUTE_TYPE type, BytesView octets) {
    return {type, const_cast<std::uint8_t*>(octets.data()), octets.size()};
}

/// What a token says of itself.
TokenSelector name_of(const CK_TOKEN_INFO& info);

}  // namespace kaspar::token
