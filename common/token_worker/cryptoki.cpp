#include "common/token_worker/cryptoki.h"

#include <fmt/format.h>

namespace kaspar::token {
namespace {

/// Texts in CK_TOKEN_INFO are padded with blanks.
template <std::size_t size>
std::string unpadded(const unsigned char (&field)[size]) {
    std::string text(field, field + size);
    text.erase(text.find_last_not_of(std::string_view(" \0", 2)) + 1);
    return text;
}

}  // namespace

std::string return_value_text(CK_RV value) {
    const std::string_view known = pkcs11h_getMessage(value);
    return known.starts_with("CKR_") ? std::string(known) : fmt::format("CKR 0x{:x}", value);
}

Hindrance hindrance_of(CK_RV value) {
    switch (value) {
        case CKR_OK:
            return Hindrance::none;
        case CKR_PIN_INCORRECT:
        case CKR_PIN_INVALID:
        case CKR_PIN_LEN_RANGE:
        case CKR_PIN_EXPIRED:
        case CKR_PIN_LOCKED:
        case CKR_USER_PIN_NOT_INITIALIZED:
            return Hindrance::pin_refused;
        case CKR_TOKEN_NOT_PRESENT:
        case CKR_TOKEN_NOT_RECOGNIZED:
        case CKR_SLOT_ID_INVALID:
            return Hindrance::absent;
        case CKR_DEVICE_MEMORY:
            return Hindrance::full;
        case CKR_MECHANISM_INVALID:
        case CKR_MECHANISM_PARAM_INVALID:
        case CKR_KEY_SIZE_RANGE:
        case CKR_DOMAIN_PARAMS_INVALID:
        case CKR_FUNCTION_NOT_SUPPORTED:
            return Hindrance::unsupported;
        case CKR_CANCEL:  // pkcs11-helper wants to log in again, which only a new worker may
        case CKR_DEVICE_REMOVED:
        case CKR_DEVICE_ERROR:
        case CKR_SESSION_CLOSED:
        case CKR_SESSION_HANDLE_INVALID:
        case CKR_USER_NOT_LOGGED_IN:
        case CKR_CRYPTOKI_NOT_INITIALIZED:
        case CKR_KEY_HANDLE_INVALID:
        case CKR_OBJECT_HANDLE_INVALID:
        case CKR_HOST_MEMORY:
        case CKR_GENERAL_ERROR:
        case CKR_FUNCTION_FAILED:
            return Hindrance::lost;
        default:
            return Hindrance::failed;
    }
}

Reply refusal(std::string_view doing, CK_RV value) {
    return hindered(hindrance_of(value), fmt::format("{}: {}", doing, return_value_text(value)));
}

TokenSelector name_of(const CK_TOKEN_INFO& info) {
    return {unpadded(info.label), unpadded(info.serialNumber), unpadded(info.manufacturerID),
            unpadded(info.model)};
}

}  // namespace kaspar::token
