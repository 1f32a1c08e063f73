#include "tests/support/documented_errors.h"

#include <map>
#include <sstream>

#include "tests/support/catch.h"

namespace kaspar::test {
namespace {

// Without the CKR_. What many lists have in common (5.1.1 to 5.1.3) stands once.
const std::string any = "GENERAL_ERROR HOST_MEMORY FUNCTION_FAILED ";
const std::string library = any + "CRYPTOKI_NOT_INITIALIZED ";
const std::string device = library + "DEVICE_ERROR DEVICE_MEMORY DEVICE_REMOVED ";
const std::string token =
    device + "ARGUMENTS_BAD SLOT_ID_INVALID TOKEN_NOT_PRESENT TOKEN_NOT_RECOGNIZED ";
const std::string session = device + "SESSION_CLOSED SESSION_HANDLE_INVALID ";
const std::string new_object = session +
                               "ARGUMENTS_BAD ATTRIBUTE_READ_ONLY ATTRIBUTE_TYPE_INVALID "
                               "ATTRIBUTE_VALUE_INVALID CURVE_NOT_SUPPORTED DOMAIN_PARAMS_INVALID "
                               "PIN_EXPIRED SESSION_READ_ONLY TEMPLATE_INCOMPLETE "
                               "TEMPLATE_INCONSISTENT TOKEN_WRITE_PROTECTED USER_NOT_LOGGED_IN ";

const std::map<std::string, std::string, std::less<>> documented{
    {"C_Initialize",
     any + "ARGUMENTS_BAD CANT_LOCK CRYPTOKI_ALREADY_INITIALIZED NEED_TO_CREATE_THREADS"},
    {"C_Finalize", library + "ARGUMENTS_BAD"},
    {"C_GetSlotList", library + "ARGUMENTS_BAD BUFFER_TOO_SMALL"},
    {"C_GetSlotInfo", library + "ARGUMENTS_BAD DEVICE_ERROR SLOT_ID_INVALID"},
    {"C_GetTokenInfo", token},
    {"C_GetMechanismList", token + "BUFFER_TOO_SMALL"},
    {"C_GetMechanismInfo", token + "MECHANISM_INVALID"},
    {"C_OpenSession", token + "SESSION_COUNT SESSION_PARALLEL_NOT_SUPPORTED "
                              "SESSION_READ_WRITE_SO_EXISTS TOKEN_WRITE_PROTECTED"},
    {"C_CloseSession", session},
    {"C_GetSessionInfo", session + "ARGUMENTS_BAD"},
    {"C_Login", session +
                    "ARGUMENTS_BAD FUNCTION_CANCELED OPERATION_NOT_INITIALIZED PIN_INCORRECT "
                    "PIN_LOCKED SESSION_READ_ONLY_EXISTS USER_ALREADY_LOGGED_IN "
                    "USER_ANOTHER_ALREADY_LOGGED_IN USER_PIN_NOT_INITIALIZED USER_TOO_MANY_TYPES "
                    "USER_TYPE_INVALID"},
    {"C_Logout", session + "USER_NOT_LOGGED_IN"},
    {"C_CreateObject", new_object},
    {"C_DestroyObject", session + "ACTION_PROHIBITED OBJECT_HANDLE_INVALID PIN_EXPIRED "
                                  "SESSION_READ_ONLY TOKEN_WRITE_PROTECTED"},
    {"C_GetAttributeValue", session + "ARGUMENTS_BAD ATTRIBUTE_SENSITIVE ATTRIBUTE_TYPE_INVALID "
                                      "BUFFER_TOO_SMALL OBJECT_HANDLE_INVALID"},
    {"C_FindObjectsInit", session + "ARGUMENTS_BAD ATTRIBUTE_TYPE_INVALID ATTRIBUTE_VALUE_INVALID "
                                    "OPERATION_ACTIVE PIN_EXPIRED"},
    {"C_FindObjects", session + "ARGUMENTS_BAD OPERATION_NOT_INITIALIZED"},
    {"C_FindObjectsFinal", session + "OPERATION_NOT_INITIALIZED"},
    {"C_SignInit", session +
                       "ARGUMENTS_BAD FUNCTION_CANCELED KEY_FUNCTION_NOT_PERMITTED "
                       "KEY_HANDLE_INVALID KEY_SIZE_RANGE KEY_TYPE_INCONSISTENT MECHANISM_INVALID "
                       "MECHANISM_PARAM_INVALID OPERATION_ACTIVE PIN_EXPIRED USER_NOT_LOGGED_IN"},
    {"C_Sign", session +
                   "ARGUMENTS_BAD BUFFER_TOO_SMALL DATA_INVALID DATA_LEN_RANGE FUNCTION_CANCELED "
                   "FUNCTION_REJECTED OPERATION_NOT_INITIALIZED USER_NOT_LOGGED_IN"},
    {"C_GenerateKeyPair",
     new_object + "FUNCTION_CANCELED MECHANISM_INVALID MECHANISM_PARAM_INVALID OPERATION_ACTIVE"},
};

using Names = std::vector<std::string>;

Names names_in(const std::string& text) {
    std::istringstream words(text);
    Names names;
    for (std::string word; words >> word;)
        names.push_back("CKR_" + word);
    return names;
}

const std::map<std::string, Names, std::less<>>& lists() {
    static const auto all = [] {
        std::map<std::string, Names, std::less<>> found;
        for (const auto& [function, text] : documented)
            found.emplace(function, names_in(text));
        return found;
    }();
    return all;
}

}  // namespace

const std::vector<std::string>& documented_functions() {
    static const auto all = [] {
        std::vector<std::string> found;
        for (const auto& [function, text] : documented)
            found.push_back(function);
        return found;
    }();
    return all;
}

const std::vector<std::string>& documented_errors(std::string_view function) {
    const auto found = lists().find(function);
    INFO("no list of documented errors for " << function);
    REQUIRE(found != lists().end());
    return found->second;
}

}  // namespace kaspar::test
